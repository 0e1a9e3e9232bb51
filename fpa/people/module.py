"""What the rest of the house may know of people."""

from fpa.core.modules import Module

MODULE = Module(
    fields={"id_index": "证件号码", "phone_index": "手机号"},
    former_labels={"organization.person": "people.person"},
)
