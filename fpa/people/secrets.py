"""A person's ID number and phone: ciphertext in the row, found by a keyed SM3 index, shown masked (design §5)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fpa.core.dates import compact
from fpa.core.identity import BadPhone, mask_id, mask_phone, parse_id, parse_phone
from fpa.core.keys import keyring

if TYPE_CHECKING:  # an import's helper processes use this module without loading the models
    from fpa.people.models import Person

TABLE = "organization_person"
"""What every ciphertext and index is bound to: the table's name when the first was sealed. It never changes."""
LONGEST_PHONE = 13
"""Digits and dashes; an ID number has 15 or 18."""


@dataclass(frozen=True)
class Secret:
    """One secret of a person: where it stands, how its canonical form is made, how it is masked.

    The ciphertext is bound to table, column and the person's UUID; the index is bound to the column.
    """

    name: str
    canonical: Callable[[Any], str]
    mask: Callable[[str], str]

    @property
    def cipher_field(self) -> str:
        """The column of the ciphertext."""
        return f"{self.name}_cipher"

    @property
    def index_field(self) -> str:
        """The column of the keyed index."""
        return f"{self.name}_index"

    def put(self, person: "Person", value: object) -> None:
        """Set ciphertext and index on `person` (not saved); an empty value removes the secret.

        Raises `BadId` or `BadPhone` with the reason.
        """
        text = self.canonical(value) if value else ""
        cipher = self.encrypt_many([(str(person.pk), text)])[0] if text else None
        setattr(person, self.cipher_field, cipher)
        setattr(person, self.index_field, self.index_many([text])[0] if text else None)

    def read(self, person: "Person") -> str:
        """The secret in full; an empty string where there is none. Only for acts that leave an audit event."""
        token = getattr(person, self.cipher_field)
        if token is None:
            return ""
        return self.open(bytes(token), str(person.pk))

    def open(self, token: bytes, row: str) -> str:
        """The plaintext of a token that was sealed for the person with this UUID. Raises `Tampered`."""
        return keyring().decrypt(token, table=TABLE, column=self.cipher_field, row=row)

    def masked(self, person: "Person") -> str:
        """The secret as pages show it: 4301**********1234."""
        return self.mask(self.read(person))

    def lookup(self, value: object) -> dict[str, bytes]:
        """The condition that finds the person with this secret, in whatever writing it is given.

        Raises `BadId` or `BadPhone`: what can't be such a number is nobody's.
        """
        return {self.index_field: self.index_many([self.canonical(value)])[0]}

    def encrypt_many(self, cells: Iterable[tuple[str, str]]) -> list[bytes]:
        """Ciphertexts for pairs (person's UUID as text, canonical form), in order; for imports."""
        return keyring().encrypt_many(cells, table=TABLE, column=self.cipher_field)

    def index_many(self, canonical: Iterable[str]) -> list[bytes]:
        """Indices for canonical forms, in order; for imports."""
        return keyring().index_many(canonical, table=TABLE, column=self.index_field)


ID = Secret("id", lambda value: parse_id(value).number, mask_id)
PHONE = Secret("phone", parse_phone, mask_phone)


def secret_lookup(number: str) -> dict[str, bytes]:
    """The condition that finds a person by ID number or phone, whichever `number` can be.

    Raises `BadId` or `BadPhone` with the reason, of the one that its length comes nearer to.
    """
    try:
        return PHONE.lookup(number)
    except BadPhone:
        if len(compact(number)) <= LONGEST_PHONE:
            raise
    return ID.lookup(number)
