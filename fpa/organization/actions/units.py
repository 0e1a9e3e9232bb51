"""Units: a new name, a new parent, and what an association has reached. What was stays in `UnitVersion`."""

from datetime import date, timedelta

from django.db import transaction
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Concat, Substr

from fpa.access.definers import move_paths
from fpa.access.guards import is_append_only
from fpa.access.models import Unit, UnitVersion
from fpa.access.scope import TreeIsBusy, lock_tree_exclusive, whole_province
from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.chinese import clean, date_cn
from fpa.core.refusals import Refusal
from fpa.core.visibility import Visibility, common_path, upper_bound
from fpa.figures.freshness import mark_stale
from fpa.figures.models import Fact
from fpa.figures.moving import move_facts
from fpa.files.actions import NewDocument, file_facts, keep_document
from fpa.files.models import Document
from fpa.organization.models import Standing, StandingKind
from fpa.pages.queries import scoped_models, search_initials
from fpa.pages.rules import fault_of_day


class CannotRename(Refusal):
    """The unit can't take that name on that day; the message says why, in Chinese."""


class CannotMove(Refusal):
    """The unit can't be put below that parent on that day."""


class CannotSetStanding(Refusal):
    """The association can't have that standing since that day."""


@transaction.atomic
def rename_unit(*, unit: Unit, name: str, short_name: str, on: date, document: str, by: Actor) -> Unit:
    """Give a unit at or below the actor's a new name from a day on, by a document; the old one stays in its history.

    Raises `CannotRename`.
    """
    unit = Unit.objects.select_for_update().get(pk=unit.pk)
    name, short_name = clean(name), clean(short_name)
    if not unit.path.startswith(by.path):
        raise CannotRename("只能更改本单位及下级单位的名称。")
    if (name, short_name) == (unit.name, unit.short_name):
        raise CannotRename("新名称与现名称相同，没有需要更改的内容。")
    if fault := _fault_of_change(_open_versions(unit.path).filter(unit=unit), on):
        raise CannotRename(fault)
    changes = {"name": [unit.name, name], "on": on}
    unit.name, unit.short_name, unit.initials = name, short_name, search_initials(name, short_name)
    unit.save()
    _open_new_versions(_open_versions(unit.path).filter(unit=unit), on, document)
    record("unit.renamed", unit, by=by, changes=changes, reason=document)
    return unit


@transaction.atomic
def move_unit(*, unit: Unit, to_parent: Unit, on: date, document: str, by: Actor) -> Unit:
    """Put a unit below another parent of the same level from a day on; all units and rows below it follow.

    Both parents and the unit lie within the actor's unit. Set-based, in one transaction; its figures are taken from the
    old line above it and added to the new one. Audit events stay where they happened. Nothing is written at any unit
    meanwhile. Raises `CannotMove`.
    """
    try:
        lock_tree_exclusive()
    except TreeIsBusy as error:
        raise CannotMove(
            "此刻有业务正在写入（例如导入名册），暂时不能调整隶属关系。请过几分钟再试。"
        ) from error
    unit = Unit.objects.select_related("parent").get(pk=unit.pk)
    check_move(unit=unit, to_parent=to_parent, on=on, document=document, by=by)
    old_path, old_parent = unit.path, unit.parent
    new_path = _path_below(to_parent, unit)
    above = common_path(old_path, new_path)
    with whole_province():  # the policy lets nobody write a row from one scope into another; nothing is shown
        _move_units(unit, to_parent, new_path)
        _open_new_versions(_open_versions(old_path), on, document)
        for model in scoped_models():
            if model is not Fact and not is_append_only(model):  # facts have a way of their own
                _move_rows(model._default_manager.all(), old_path, new_path)
            if model.visibility is Visibility.CO_HELD:
                _move_co_holders(model._default_manager.all(), old_path, new_path)
        move_paths(old_path, new_path)
        move_facts(old_path, new_path)
    changes = {"parent": [str(old_parent), to_parent.name], "on": on}
    record("unit.moved", unit, by=by, changes=changes, reason=document, path=above)
    return unit


def check_move(*, unit: Unit, to_parent: Unit, on: date, document: str, by: Actor) -> None:
    """See whether `move_unit` would do it, holding nobody up. Raises `CannotMove`."""
    if unit.parent is None or not unit.path.startswith(by.path) or unit.path == by.path:
        raise CannotMove("只能调整下级单位的隶属关系；本单位的隶属关系请由上级计生协办理。")
    if not to_parent.path.startswith(by.path) or to_parent.valid_to:
        raise CannotMove("新的上级不在您的管理范围内，请由双方共同的上级计生协办理。")
    if unit.contains(to_parent):
        raise CannotMove("不能把单位调整到它自己或它的下级之下，请重新选择上级。")
    if to_parent.level != unit.parent.level:
        raise CannotMove(
            f"{unit.get_level_display()}的上级应为{unit.parent.get_level_display()}，{to_parent.name}不是，请重新选择。"
        )
    if to_parent.pk == unit.parent_id:
        raise CannotMove(f"{unit.name}现在就隶属于{to_parent.name}，没有需要调整的内容。")
    if fault := _fault_of_change(_open_versions(unit.path), on):
        raise CannotMove(fault)


def _path_below(parent: Unit, unit: Unit) -> str:
    """The unit's path below a parent: its own step, or its whole code where a sibling there has that step."""
    step = unit.path.rstrip("/").rpartition("/")[2]
    path = f"{parent.path}{step}/"
    return f"{parent.path}{unit.code}/" if Unit.objects.filter(path=path).exists() else path


def _move_units(unit: Unit, to_parent: Unit, new_path: str) -> None:
    old_path = unit.path
    unit.parent = to_parent
    unit.save()
    _move_rows(Unit.objects.all(), old_path, new_path)
    unit.refresh_from_db()


def _move_rows(rows: QuerySet, old_path: str, new_path: str) -> None:
    """Put the rows of one table that stand at or below a path below another one, by one statement."""
    below = rows.filter(path__gte=old_path, path__lt=upper_bound(old_path))
    below.update(path=Concat(Value(new_path), Substr(F("path"), len(old_path) + 1)))


def _move_co_holders(rows: QuerySet, old_path: str, new_path: str) -> None:
    """Let the units that hold rows of others with them keep these in sight."""
    end = upper_bound(old_path)
    for row in rows.exclude(co_holders=[]).select_for_update():
        moved = [
            new_path + path.removeprefix(old_path) if old_path <= path < end else path
            for path in row.co_holders
        ]
        if moved != row.co_holders:
            rows.filter(pk=row.pk).update(co_holders=moved)


def _open_versions(path: str) -> QuerySet[UnitVersion]:
    return UnitVersion.objects.filter(valid_to=None, path__gte=path, path__lt=upper_bound(path))


def _fault_of_change(versions: QuerySet[UnitVersion], on: date) -> str:
    """A change takes effect by today, and after the last change of each unit that it concerns."""
    last = versions.order_by("-valid_from").select_related("unit").first()
    if last is None:
        return "这个单位没有现行的名称记录，请联系系统管理员。"
    first_day = last.valid_from + timedelta(days=1)
    label = f"{last.unit.name}上一次变更（{date_cn(last.valid_from)}）的次日"
    return fault_of_day("生效日期", on, earliest=first_day, earliest_label=label)


def _open_new_versions(versions: QuerySet[UnitVersion], on: date, document: str) -> None:
    """Close open versions the day before, and open new ones that say what their units are now."""
    old = list(versions.select_related("unit"))
    UnitVersion.objects.filter(pk__in=[v.pk for v in old]).update(valid_to=on - timedelta(days=1))
    UnitVersion.objects.bulk_create(
        UnitVersion(
            unit=v.unit,
            code=v.unit.code,
            name=v.unit.name,
            parent_id=v.unit.parent_id,
            path=v.unit.path,
            valid_from=on,
            reason=document,
        )
        for v in old
    )


@transaction.atomic
def set_standing(
    *, unit: Unit, kind: StandingKind | str, since: date, document: Document | NewDocument | None, by: Actor
) -> Standing:
    """Record that an association at or below the actor's unit is 入序, 参公 or has its “三定” since a day.

    The document that says so is chosen or typed; None where it is not known any more. Raises `CannotSetStanding` and
    `CannotKeepDocument`.
    """
    if not unit.path.startswith(by.path):
        raise CannotSetStanding("只能登记本单位及下级单位的事项。")
    label = StandingKind(kind).label
    known = Standing.objects.select_for_update().filter(unit=unit, kind=kind, until=None).first()
    if known:
        raise CannotSetStanding(
            f"{unit.association}已登记{label}（{date_cn(known.since)}起），无需重复登记。"
        )
    if fault := fault_of_day("起始日期", since):
        raise CannotSetStanding(fault)
    basis = keep_document(document=document, unit=unit, by=by) if document else None
    number = basis.number if basis else ""
    standing = Standing.objects.create(unit=unit, kind=kind, since=since, document=number, basis=basis)
    mark_stale(Standing, unit.path, since=since)
    record(
        "standing.set",
        standing,
        by=by,
        changes={"kind": [None, label], "since": [None, since], **(file_facts(basis) if basis else {})},
        reason=number,
    )
    return standing
