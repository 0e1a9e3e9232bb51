"""Template tags of the shared components."""

from typing import Any
from uuid import uuid4

from django import forms, template
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.template.context import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fpa.core import chinese, icons, lists
from fpa.core.forms import Refused

register = template.Library()

PAGES_BESIDE = 2


register.simple_tag(icons.icon)


@register.simple_tag
def status(word: str | lists.Status, tone: str = "plain") -> SafeString:
    """A state by word and shape: `{% status "已退回" "returned" %}`, or a `lists.Status`."""
    return icons.state(word, word.tone if isinstance(word, lists.Status) else tone)


@register.simple_tag
def change(old: str, new: str) -> SafeString:
    """What was, and what is now, wherever something was mended: 48,000 → 2,700. Of nothing it says 空白."""
    return format_html(
        '<span class="change"><span class="visually-hidden">原为</span><s>{}</s> → <b>{}</b></span>',
        old or "空白", new or "空白",
    )  # fmt: skip


@register.inclusion_tag("components/field.html")
def field(bound: forms.BoundField, mark: str | None = None) -> dict[str, Any]:
    """A form's field: label, hint, error, input, tied together for screen readers.

    What need not be filled is marked 选填; `mark` says another word, or none where most need not be filled.
    """
    widget = bound.field.widget
    return {
        "field": bound,
        "mark": _mark(bound) if mark is None else mark,
        "is_group": isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple),
        "is_tick": isinstance(widget, forms.CheckboxInput),
        "is_range": isinstance(widget, forms.MultiWidget),
    }


def _mark(bound: forms.BoundField) -> str:
    """What need not be filled: 选填, or when it is asked for, where the form knows (`optional_words`)."""
    if bound.field.required:
        return ""
    return str(getattr(bound.form, "optional_words", {}).get(bound.name, "选填"))


@register.simple_tag
def once() -> SafeString:
    """The key by which a form's step is done once: `{% once %}` beside `{% csrf_token %}`."""
    return format_html('<input type="hidden" name="once" value="{}">', uuid4())


@register.simple_tag
def button(
    url: str,
    label: str,
    icon: str = "",
    *,
    primary: bool = False,
    quiet: bool = False,
    small: bool = False,
    about: str = "",
    **attributes: Any,
) -> SafeString:
    """Something to press: `{% button url "修改资料" "pencil" %}` leads to a page, `{% button "" "保存" primary=True %}`
    sends the form it stands in.

    A page has one `primary`; `quiet` looks like a link, `small` stands in a line of others. `about` tells screen
    readers which of many it is. All else is an attribute: `name="change" hx_post=url formnovalidate=True`.
    """
    kinds = {"primary": primary, "link": quiet}
    kind = "".join(f" btn-{name} button button-{name}" for name, is_so in kinds.items() if is_so) or " button"
    shown = {name.replace("_", "-"): value for name, value in attributes.items()}
    wanted = {"class": f"btn{' btn-sm' if small else ''}{kind}", **({"href": url} if url else {}), **shown}
    more = format_html('<span class="visually-hidden">{}</span>', about) if about else ""
    tag, sign = "a" if url else "button", icons.icon(icon) if icon else ""
    return format_html("<{}{}>{}{}{}</{}>", tag, flatatt(wanted), sign, label, more, tag)


@register.simple_tag
def back(url: str, label: str) -> SafeString:
    """The way back, at the same place on every page: `{% back url "会员" %}`, the address by `{% back_to %}`."""
    return format_html('<a class="back" href="{}">{}{}</a>', url, icons.icon("arrow-left"), label)


@register.inclusion_tag("components/form_page.html", takes_context=True)
def form_page(
    context: Context,
    form: forms.BaseForm,
    title: str = "",
    submit: str = "保存",
    back: str = "",
    action: str = "",
) -> dict[str, Any]:
    """A whole form: error summary that takes focus, fields, one primary button, and `back` as the way out.

    `title` is the form's name for screen readers; the page's heading stands above it already.
    """
    return {
        "request": context.get("request"),
        "csrf_token": context.get("csrf_token"),
        "form": form,
        "title": title,
        "submit": submit,
        "back": back,
        "action": action,
        "faults": faults(form),
        "edits": context.get("edits"),
    }


def faults(form: forms.BaseForm) -> list[tuple[str, str]]:
    """A form's errors in its own order: (where the link goes, message). Those of the form as a whole lead to where they
    can be mended, if a refusal named it."""
    whole = form.non_field_errors()
    ways = [error.way if isinstance(error, Refused) else "" for error in whole.as_data()]
    found = [(way, str(message)) for way, message in zip(ways, whole, strict=True)]
    for bound in form:
        found += [("" if bound.is_hidden else anchor(bound), str(message)) for message in bound.errors]
    return found


def anchor(bound: forms.BoundField) -> str:
    """The id that an error's link goes to: the input, or the group of radios or ticks."""
    return f"#{bound.id_for_label or bound.auto_id}"


@register.inclusion_tag("components/key_figure.html")
def key_figure(
    label: str,
    value: chinese.Number | None,
    unit: str = "",
    url: str = "",
    note: str = "",
    *,
    in_full: bool = False,
) -> dict[str, Any]:
    """A figure to be seen first: in 万/亿 with the exact figure beside it, and a click opens its records.

    `in_full` writes it to the last digit instead: for counts that are compared with each other.
    """
    is_long = value is not None and abs(chinese.exact(value)) >= chinese.WAN and not in_full
    exact = chinese.number(value) if value is not None and is_long else ""
    short = "—" if value is None else chinese.wan(value) if is_long else chinese.number(value)
    return {"label": label, "short": short, "exact": exact, "unit": unit, "url": url, "note": note}


@register.inclusion_tag("components/breadcrumb.html", takes_context=True)
def crumbs(context: Context) -> dict[str, Any]:
    """Where one is, on every page alike: module › list › record.

    `trail` is the way through the menu (`access.menu.trail`); a page may give `places`, (label, address) pairs that
    lead on from there, or begin with the list itself. Else the page's title stands last. A list is led to as it was
    last left.
    """
    trail, places = list(context.get("trail") or []), list(context.get("places") or [])
    own = trail[-1][1] if trail else ""
    trail[1:] = [(label, lists.as_left(context["request"], url)) for label, url in trail[1:]]
    if places:
        is_list = places[0][1].partition("?")[0] == own
        return {"steps": [*trail[: 1 if is_list else None], *places]}
    if own == context["request"].path:
        return {"steps": trail[:1], "here": trail[-1][0]}
    return {"steps": trail, "here": context.get("title", "") if trail else ""}


@register.inclusion_tag("components/pager.html")
def pager(listing: lists.Listing) -> dict[str, Any]:
    """The pages around the present one, each with its address, None for a gap."""
    near = range(max(1, listing.page - PAGES_BESIDE), min(listing.pages, listing.page + PAGES_BESIDE) + 1)
    wanted = sorted({1, listing.pages, *near})
    steps: list[tuple[int, str] | None] = []
    for number in wanted:
        if steps and steps[-1] and number - steps[-1][0] > 1:
            steps.append(None)
        steps.append((number, listing.address(page=number)))
    return {"list": listing, "steps": steps, "before": listing.previous_url, "after": listing.next_url}


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's own address with parameters changed: `{% query period="2023H1" page=None %}`."""
    request: HttpRequest = context["request"]
    return lists.address(request, **changes)


@register.simple_tag(takes_context=True)
def back_to(context: Context, url_name: str, *args: Any) -> str:
    """The address of a list as it was last left: `{% back_to "member_list" %}`."""
    return lists.back_to_list(context["request"], url_name, *args)
