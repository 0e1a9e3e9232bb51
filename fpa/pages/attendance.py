"""Who comes to something that is held: people on its list, put on, taken off, and a list to sign on paper.

Name, unit and post only: no ID number, no place, and no check-in (the list is signed on paper).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from django.db import models
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from fpa.audit.record import record
from fpa.core.actor import Actor
from fpa.core.forms import Form
from fpa.core.lists import Link
from fpa.core.refusals import Refusal
from fpa.pages.closing import Closable
from fpa.pages.declared_forms import FormPage, load_own_for
from fpa.pages.forms import ReasonForm
from fpa.pages.named import NamedView
from fpa.pages.record import Fact, list_of, record_page, table_panel
from fpa.pages.rows import Record, RecordQuerySet, save_new

HEAD = ("序号", "姓名", "所在单位", "职务", "签名")
TO_SIGN = "　" * 6


class Attendee(Record):
    """Someone at one record, once from the unit where they work, which is the row's unit.

    `parent` names the key to that record, which is `Closable`, and `list_name` the address of the list it stands on.
    """

    named_by = "name"
    unit_label = "所在单位"
    unit_acts = False
    parent: ClassVar[str]
    list_name: ClassVar[str]

    name = models.CharField("姓名", max_length=40, db_collation="C")
    title = models.CharField("职务", max_length=60, blank=True, default="")

    class Meta:
        abstract = True
        ordering = ["path", "id"]
        constraints = [models.CheckConstraint(condition=~Q(name=""), name="%(class)s_has_a_name")]
        indexes = [models.Index(fields=["path", "id"], name="%(class)s_path")]

    @property
    def comes_to(self) -> Closable:
        """The record that they are at."""
        found: Closable = getattr(self, self.parent)
        return found

    @property
    def is_open(self) -> bool:
        """Whether they may still be taken off the list."""
        return self.comes_to.is_open

    def get_absolute_url(self) -> str:
        """The list that they stand on."""
        return list_of(self.list_name, self.comes_to)


A = TypeVar("A", bound=Attendee)


def enrol(person: A, verb: str, *, refusal: type[Refusal], by: Actor, **facts: Any) -> A:
    """Put someone of a unit at or below the actor's on a list that the caller has locked. Raises the `refusal`."""
    if not person.unit.path.startswith(by.path):
        raise refusal("所在单位只能是本单位及下级单位；外单位的人请选本单位，在“职务”里写明来处。")
    told = {person.parent: str(person.comes_to)}
    once: dict[str, Any] = {person.parent: person.comes_to, "unit": person.unit, "name": person.name}
    if type(person)._default_manager.filter(**once).exists():
        raise refusal(f"{person.unit.name}的{person}已在“{person.comes_to}”的名单里，无需重复登记。")
    return save_new(person, verb, by=by, told=told, name=person.name, **facts)


def strike_off(person: Attendee, verb: str, *, reason: str, by: Actor) -> Any:
    """Take someone, who stood there by mistake, off a list that the caller has locked; gives whose list it is."""
    record(verb, person, by=by, changes={person.parent: str(person.comes_to)}, reason=reason)
    person.delete()
    return person.comes_to


def enrol_page(does: Callable[..., Any], permission: str, rows: RecordQuerySet, form: type[Form]) -> FormPage:
    """The page on which one person is put on the list of a record, while that is open."""
    return FormPage(
        does,
        permission,
        "登记",
        rows,
        form,
        label="登记一人",
        icon="user-plus",
        to=lambda person: person.get_absolute_url(),
        when=lambda row: row.is_open,
    )


def strike_off_page(does: Callable[..., Any], permission: str, people: RecordQuerySet) -> FormPage:
    """The page on which someone is taken off a list, with the reason; a list offers it beside each row."""
    return FormPage(
        does,
        permission,
        "移除",
        people,
        ReasonForm,
        said="已把{row}从“{}”的名单移除。",
        to=lambda row: list_of(people.model.list_name, row),
        when=lambda person: person.is_open,
    )


@dataclass(frozen=True, eq=False)
class SignInPage(NamedView):
    """The list of who comes to a record of `rows`, with an empty field to sign.

    `name` is that of its address, `back` the list as (url name, label), `facts` what stands above.
    """

    name: str
    rows: RecordQuerySet
    permission: str
    back: tuple[str, str]
    facts: Callable[[Any], list[Fact]]
    people: Callable[[Any], Iterable[Attendee]]

    words = "签到表"

    def __post_init__(self) -> None:
        """As a view it is called what its address is called."""
        self.be_called(self.name)

    def link(self, row: Any) -> Link:
        """The way to it from the record's page."""
        return Link(self.words, reverse(self.name, args=[row.pk]), "printer")

    def __call__(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Answer the page's request. Raises what `load_own_for` raises."""
        _, row = load_own_for(self.rows, pk, request, self.permission)
        people = enumerate(self.people(row), 1)
        signed = [(n, person.name, person.unit.name, person.title, TO_SIGN) for n, person in people]
        return record_page(
            request,
            title=f"{self.words}：{row}",
            facts=self.facts(row),
            panels=[table_panel("签到", HEAD, signed, empty="名单还是空的。")],
            back=self.back,
            note="点“打印”，在现场签字；平台不收集签到时间和位置。",
        )
