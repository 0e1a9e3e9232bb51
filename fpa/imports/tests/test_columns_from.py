"""Columns of a declared import that are taken from the model."""

from fpa.imports.columns import Choice, Text
from fpa.imports.declared import columns_from
from fpa.training.models import Participant


def test_columns_from_are_called_asked_and_chosen_as_the_model_says():
    name, role, title, result = columns_from(Participant, name="学员", role="类别", title="", result="")
    assert isinstance(name, Text)
    assert (name.label, name.aliases, name.required) == ("姓名", "学员", True)
    assert isinstance(role, Choice)
    assert (role.required, role.hint) == (False, "不填的为工作人员。")
    assert ("volunteer", "志愿者") in role.choices
    assert (title.label, title.required) == ("职务", False)
    assert [value for value, _ in result.choices] == ["passed", "failed"], "a blank is nothing to write"
    assert result.hint == ""
