"""Loaders that are the permission check: what you may not act on, you can't hold (design §3)."""

from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied, ValidationError
from django.db import models
from django.http import Http404, HttpRequest

from fpa.access.models import Unit
from fpa.core.actor import Actor

M = TypeVar("M", bound=models.Model)
Q = TypeVar("Q", bound=models.QuerySet[Any])

LABELS_OF_DENIAL = "您的岗位没有办理这项业务的权限。如确需办理，请联系本单位系统管理员调整岗位。"


def check(request: HttpRequest, permission: str) -> Actor:
    """Return who acts, where the seat's role carries the permission.

    Raises PermissionDenied (403) where it does not.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.may(permission):
        raise PermissionDenied(LABELS_OF_DENIAL)
    return actor


def load_for(
    source: type[M] | models.QuerySet[M], pk: Any, request: HttpRequest, permission: str
) -> tuple[Actor, M]:
    """Who acts, and one row of the request's scope for an act that the role may do: the right is named here alone.

    The action locks the row and looks again. Raises PermissionDenied (403) where the role lacks the permission, and
    Http404 where the row does not exist or lies outside the scope: an outsider can't tell the two apart.
    """
    actor = check(request, permission)
    rows = source if isinstance(source, models.QuerySet) else source._default_manager.all()
    try:
        return actor, rows.get(pk=pk)
    except (ObjectDoesNotExist, ValueError, ValidationError) as error:
        raise Http404("没有找到这条记录，或者它不在您的管理范围内。") from error


def load(source: type[M] | models.QuerySet[M], pk: Any, request: HttpRequest, permission: str) -> M:
    """The row alone, as `load_for` loads it."""
    return load_for(source, pk, request, permission)[1]


def to_edit(rows: Q, request: HttpRequest, *first: str) -> Q:
    """The rows, held from when they are loaded until the transaction ends where something is posted: what an editing
    form is compared with (`pages.newer`) must not change before it is saved.

    `first` are relations that the action holds before the row itself, so that no two wait in a ring.
    """
    return rows.select_for_update(of=(*first, "self")) if request.method == "POST" else rows


def load_unit_for(
    code: str, request: HttpRequest, permission: str, *, edits: bool = False
) -> tuple[Actor, Unit]:
    """Who acts, and a current unit at or below the seat's unit by its code; `edits` holds it, as `to_edit` does.

    Raises PermissionDenied and Http404 as `load_for` does.
    """
    actor = check(request, permission)
    units = Unit.objects.current().under(actor.path).select_related("parent")
    unit = (to_edit(units, request) if edits else units).filter(code=code).first()
    if unit is None:
        raise Http404("没有找到这个单位，或者它不在您的管理范围内。")
    return actor, unit


def load_unit(code: str, request: HttpRequest, permission: str) -> Unit:
    """The unit alone, as `load_unit_for` loads it."""
    return load_unit_for(code, request, permission)[1]
