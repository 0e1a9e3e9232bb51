"""Field encryption (SM4-GCM), searchable keyed hashes (HMAC-SM3) and SM3, on the keys of one ring file.

The ring lives outside the database: whoever has only the database reads no ID number and cannot try them all.
"""

import fcntl
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3, Hash
from cryptography.hazmat.primitives.hmac import HMAC

INDEX_BYTES = 16
_VERSION = 1
_HEADER_BYTES, _NONCE_BYTES, _TAG_BYTES = 3, 12, 16
_KEY_BYTES, _MASTER_BYTES = 16, 32
_LAST_KEY = 65535
_SM3 = SM3()
_PIECE = 1 << 20


class Tampered(Exception):
    """A token that was changed, cut or moved to another cell; the message names the cell, not its content."""


class MissingKey(Tampered):
    """A token that names a key which the ring does not hold: a forged token, or a ring that lost a key."""


class FullKeyring(Exception):
    """The ring can take no further key; the message tells the operator what holds, in Chinese."""


class BadKeyring(ValueError):
    """The ring file cannot be used; the message tells the operator why, in Chinese."""


def sm3(data: bytes) -> bytes:
    """The SM3 digest (GB/T 32905-2016), 32 bytes."""
    return Hash.hash(_SM3, data)


def sm3_of_file(path: Path) -> bytes:
    """The SM3 digest of a file of any size, read piece by piece."""
    digest = Hash(_SM3)
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.finalize()


@dataclass(frozen=True)
class Key:
    """One SM4 key of the ring: its number in tokens (1–65535), the day it was made (ISO), 16 bytes as hex."""

    id: int
    created: str
    secret: str = field(repr=False)


class Keyring:
    """The keys of one installation. New tokens use the active key; every other key still decrypts.

    A token is: version (1 byte), key id (2), nonce (12), ciphertext, tag (16). Nonces are random, so one key
    is good for 2³² tokens; rotate before. Indices come from a master of their own, which does not rotate,
    because a changed index finds nothing that was stored before.
    """

    def __init__(self, keys: Iterable[Key], active: int, master: bytes) -> None:
        self.keys = {key.id: key for key in keys}
        self.active = active
        self._ciphers = {key.id: algorithms.SM4(bytes.fromhex(key.secret)) for key in self.keys.values()}
        self._header = bytes((_VERSION,)) + active.to_bytes(2)
        self._master = master
        self._index_of = lru_cache(maxsize=None)(self._derive_index)

    @classmethod
    def load(cls, source: Path | str) -> Self:
        """The ring in a file, or in JSON text that begins with `{`. Raises `BadKeyring`."""
        text = str(source)
        if not text.lstrip().startswith("{"):
            text = _read(Path(source))
        try:
            return cls._of(json.loads(text))
        except (AttributeError, KeyError, TypeError, ValueError, OverflowError):
            raise BadKeyring("密钥环内容不完整或已损坏，请从备份恢复原来的密钥环文件，不要新建") from None

    @classmethod
    def _of(cls, content: dict[str, Any]) -> Self:
        keys = [Key(**key) for key in content["keys"]]
        ring = cls(keys, content["active"], bytes.fromhex(content["index_master"]))
        if len(ring.keys) != len(keys) or ring.active not in ring.keys or len(ring._master) != _MASTER_BYTES:
            raise ValueError("ids are not unique, no active key, or a master of a wrong length")
        return ring

    def dumps(self) -> str:
        """The ring as the JSON text that `load` reads. It holds the keys in plain: for the ring file only."""
        keys = [asdict(key) for key in self.keys.values()]
        content = {"active": self.active, "index_master": self._master.hex(), "keys": keys}
        return json.dumps(content, indent=2) + "\n"

    def with_new_key(self) -> "Keyring":
        """A ring that also holds a fresh key, active from now on. Raises `FullKeyring`."""
        today, number = datetime.now(UTC).date().isoformat(), max(self.keys, default=0) + 1
        if number > _LAST_KEY:
            raise FullKeyring(
                f"密钥环已满：密钥编号最大到 {_LAST_KEY}，没有加入新密钥。"
                "原来的密钥仍然可以使用，请联系平台的技术支持。"
            )
        key = Key(number, today, os.urandom(_KEY_BYTES).hex())
        return Keyring([*self.keys.values(), key], key.id, self._master)

    def encrypt(self, plaintext: str, *, table: str, column: str, row: str) -> bytes:
        """The token of one cell. It decrypts in this table, column and row only (`row`: the row's UUID)."""
        return self.encrypt_many([(row, plaintext)], table=table, column=column)[0]

    def encrypt_many(self, cells: Iterable[tuple[str, str]], *, table: str, column: str) -> list[bytes]:
        """The tokens of one column for pairs (row, plaintext), in order; for imports."""
        place = _place(table, column)
        key, header = self._ciphers[self.active], self._header
        return [_sealed(key, header, f"{place}|{row}".encode(), text.encode()) for row, text in cells]

    def decrypt(self, token: bytes, *, table: str, column: str, row: str) -> str:
        """The plaintext of a cell; raises `Tampered`, or its kind `MissingKey`."""
        cell = f"{_place(table, column)}|{row}"
        if len(token) < _HEADER_BYTES + _NONCE_BYTES + _TAG_BYTES or token[0] != _VERSION:
            raise Tampered(f"加密内容已损坏或被改动：{cell}")
        key = self._ciphers.get(_key_id(token))
        if key is None:
            raise MissingKey(f"密钥环中没有 {_key_id(token)} 号密钥，无法解密：{cell}")
        try:
            return _opened(key, token, cell.encode()).decode()
        except InvalidTag:
            raise Tampered(f"加密内容已损坏、被改动或来自别处：{cell}") from None

    def needs_rotation(self, token: bytes) -> bool:
        """Whether the token was made in another version or with a key that is no longer the active one."""
        return token[:_HEADER_BYTES] != self._header

    def index(self, value: str, *, column: str, table: str = "") -> bytes:
        """The keyed hash, 16 bytes, by which `value` is found in a column; equal values have equal hashes.

        The caller brings the value into its canonical form. Without `table`, all tables share the index.
        """
        return self.index_many([value], column=column, table=table)[0]

    def index_many(self, values: Iterable[str], *, column: str, table: str = "") -> list[bytes]:
        """`index` for many values of one column, in order; for imports."""
        keyed = self._index_of(_place(table, column))
        return [_digest(keyed, value.encode())[:INDEX_BYTES] for value in values]

    def _derive_index(self, place: str) -> HMAC:
        """A column's own index key, HMAC-SM3(master, place), set up to be copied for each value."""
        return HMAC(_digest(HMAC(self._master, _SM3), f"index|{place}".encode()), _SM3)


def generate_keyring(path: Path) -> Keyring:
    """Makes a ring of one fresh key in a new file (0600), whole or not at all.

    Raises `FileExistsError`: to overwrite a ring is to lose everything that it encrypted.
    """
    ring = Keyring([], 0, os.urandom(_MASTER_BYTES)).with_new_key()
    temporary = _written_beside(path, ring.dumps())
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
    return ring


def rotate_keyring(path: Path) -> Keyring:
    """Adds a fresh active key to the ring file, whole or not at all; owner and mode of the file stay.

    Old tokens stay readable. Restart every process afterwards: a ring loaded before lacks the new key. Rotations
    at the same moment wait for each other, so that none loses another's key.
    Raises `BadKeyring` and `FullKeyring`, and leaves the file as it was.
    """
    with _alone_in(path.parent):
        ring, old = Keyring.load(path).with_new_key(), path.stat()
        temporary = _written_beside(path, ring.dumps())
        os.chown(temporary, old.st_uid, old.st_gid)
        temporary.chmod(old.st_mode & 0o777)
        temporary.replace(path)
    return ring


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder against other rotations. Not the file itself: each rotation puts another in its place."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError as error:
        raise BadKeyring(f"打不开密钥环所在的文件夹 {folder}，请检查路径和权限") from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadKeyring(f"读不到密钥环文件 {path}，请检查路径和权限") from error


def _written_beside(path: Path, text: str) -> Path:
    """A synced temporary file (0600, as mkstemp makes it) in the folder of `path`."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise
    return Path(name)


@cache
def _place(table: str, column: str) -> str:
    """The cell's column in the authenticated data; a bar in a name could make two places look alike."""
    if "|" in table or "|" in column:
        raise ValueError("table and column are plain names without '|'")
    return f"{table}|{column}"


def _sealed(key: algorithms.SM4, header: bytes, place: bytes, plaintext: bytes) -> bytes:
    nonce = os.urandom(_NONCE_BYTES)
    encryptor = Cipher(key, modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(place)
    ciphertext = encryptor.update(plaintext)
    encryptor.finalize()
    return header + nonce + ciphertext + encryptor.tag


def _opened(key: algorithms.SM4, token: bytes, place: bytes) -> bytes:
    start = _HEADER_BYTES + _NONCE_BYTES
    mode = modes.GCM(token[_HEADER_BYTES:start], token[-_TAG_BYTES:])
    decryptor = Cipher(key, mode).decryptor()
    decryptor.authenticate_additional_data(place)
    return decryptor.update(token[start:-_TAG_BYTES]) + decryptor.finalize()


def _key_id(token: bytes) -> int:
    return int.from_bytes(token[1:_HEADER_BYTES])


def _digest(keyed: HMAC, data: bytes) -> bytes:
    """HMAC of `data` without a new key setup: `keyed` itself stays fresh."""
    copy = keyed.copy()
    copy.update(data)
    return copy.finalize()
