import json
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.hashes import SM3
from cryptography.hazmat.primitives.hmac import HMAC

from fpa.core.crypto import (
    BadKeyring,
    FullKeyring,
    Keyring,
    MissingKey,
    Tampered,
    generate_keyring,
    rotate_keyring,
    sm3,
)

ROW = "0192f3c4-0000-7000-8000-000000000001"
OTHER_ROW = "0192f3c4-0000-7000-8000-000000000002"
NUMBER = "430102199001021234"
RFC8998_KEY = "0123456789ABCDEFFEDCBA9876543210"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "keyring.json"


@pytest.fixture
def ring(path: Path) -> Keyring:
    return generate_keyring(path)


def seal(ring: Keyring, text: str = NUMBER, row: str = ROW) -> bytes:
    return ring.encrypt(text, table="person", column="id_number", row=row)


def open_(ring: Keyring, token: bytes, row: str = ROW) -> str:
    return ring.decrypt(token, table="person", column="id_number", row=row)


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        (b"abc", "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"),
        (b"abcd" * 16, "debe9ff92275b8a138604889c18e5a4d6fdb70e5387e5765293dcba39c0c5732"),
        (b"", "1ab21d8355cfa17f8e61194831e81a8f22bec8c728fefb747ed035eb5082aa2b"),
    ],
)
def test_sm3_passes_the_vectors_of_the_standard(data: bytes, digest: str) -> None:
    assert sm3(data).hex() == digest


RFC8998_PLAIN = "".join(pair * 8 for pair in ("AA", "BB", "CC", "DD", "EE", "FF", "EE", "AA"))
RFC8998_CIPHER = (
    "17F399F08C67D5EE19D0DC9969C4BB7D5FD46FD3756489069157B282BB200735"
    "D82710CA5C22F0CCFA7CBF93D496AC15A56834CBCF98C397B4024A2691233B8D"
)
RFC8998_TAG = "83DE3541E4C2B58177E065A9BF7B62EC"


def test_sm4_gcm_passes_the_vector_of_rfc_8998() -> None:
    mode = modes.GCM(bytes.fromhex("00001234567800000000ABCD"))
    encryptor = Cipher(algorithms.SM4(bytes.fromhex(RFC8998_KEY)), mode).encryptor()
    encryptor.authenticate_additional_data(bytes.fromhex("FEEDFACEDEADBEEFFEEDFACEDEADBEEFABADDAD2"))
    ciphertext = encryptor.update(bytes.fromhex(RFC8998_PLAIN)) + encryptor.finalize()
    assert ciphertext.hex().upper() == RFC8998_CIPHER
    assert encryptor.tag.hex().upper() == RFC8998_TAG


def test_token_has_the_documented_layout_and_is_plain_sm4_gcm(ring: Keyring) -> None:
    token = seal(ring)
    assert token[:3] == b"\x01\x00\x01"
    assert len(token) == 3 + 12 + len(NUMBER) + 16
    mode = modes.GCM(token[3:15], token[-16:])
    decryptor = Cipher(algorithms.SM4(bytes.fromhex(ring.keys[1].secret)), mode).decryptor()
    decryptor.authenticate_additional_data(f"person|id_number|{ROW}".encode())
    assert decryptor.update(token[15:-16]) + decryptor.finalize() == NUMBER.encode()


@pytest.mark.parametrize("text", ["", NUMBER, "张晓梅", "长" * 5000])
def test_decrypt_returns_what_was_encrypted(ring: Keyring, text: str) -> None:
    assert open_(ring, seal(ring, text)) == text


def test_encrypt_never_gives_the_same_token_twice(ring: Keyring) -> None:
    assert len({seal(ring) for _ in range(200)}) == 200


def test_encrypt_many_keeps_order_and_binds_each_row(ring: Keyring) -> None:
    cells = [(f"row-{i}", f"value {i}") for i in range(50)]
    tokens = ring.encrypt_many(cells, table="person", column="id_number")
    assert [open_(ring, token, row) for token, (row, _) in zip(tokens, cells, strict=True)] == [
        text for _, text in cells
    ]


@pytest.mark.parametrize(
    "place",
    [
        {"table": "person", "column": "id_number", "row": OTHER_ROW},
        {"table": "person", "column": "phone", "row": ROW},
        {"table": "staff", "column": "id_number", "row": ROW},
    ],
)
def test_decrypt_refuses_a_token_moved_to_another_cell(ring: Keyring, place: dict[str, str]) -> None:
    with pytest.raises(Tampered, match="来自别处"):
        ring.decrypt(seal(ring), **place)


def test_decrypt_refuses_any_changed_or_missing_byte_and_never_shows_content(ring: Keyring) -> None:
    token = seal(ring)
    changed = [token[:i] + bytes((token[i] ^ 1,)) + token[i + 1 :] for i in range(len(token))]
    for broken in [*changed, token[:-1], token[:30], token + b"\x00", b""]:
        with pytest.raises(Tampered) as caught:
            open_(ring, broken)
        assert NUMBER not in str(caught.value)


def test_decrypt_names_the_key_that_is_missing(ring: Keyring, tmp_path: Path) -> None:
    token = seal(ring.with_new_key())
    with pytest.raises(MissingKey, match="没有 2 号密钥"):
        open_(ring, token)
    with pytest.raises(Tampered):
        open_(generate_keyring(tmp_path / "another.json"), seal(ring))


@pytest.mark.parametrize("place", [{"table": "a|b", "column": "c"}, {"table": "a", "column": "b|c"}])
def test_names_that_could_be_confused_are_refused(ring: Keyring, place: dict[str, str]) -> None:
    for call in (
        lambda: ring.encrypt("x", row=ROW, **place),
        lambda: ring.index("x", **place),
    ):
        with pytest.raises(ValueError, match="plain names"):
            call()


def test_index_is_a_keyed_hash_of_value_and_column(ring: Keyring, tmp_path: Path) -> None:
    mine = ring.index(NUMBER, column="id_number")
    others = [
        ring.index("430102199001021235", column="id_number"),
        ring.index(NUMBER, column="phone"),
        ring.index(NUMBER, column="id_number", table="person"),
        generate_keyring(tmp_path / "another.json").index(NUMBER, column="id_number"),
        sm3(NUMBER.encode())[:16],
    ]
    assert len(mine) == 16
    assert mine not in others
    assert len(set(others)) == len(others)


def test_index_is_the_truncated_hmac_under_the_derived_key(ring: Keyring) -> None:
    def hmac(key: bytes, data: bytes) -> bytes:
        keyed = HMAC(key, SM3())
        keyed.update(data)
        return keyed.finalize()

    master = bytes.fromhex(json.loads(ring.dumps())["index_master"])
    expected = hmac(hmac(master, b"index|person|phone"), b"13812345678")[:16]
    assert ring.index("13812345678", table="person", column="phone") == expected


def test_index_stays_the_same_in_batches_over_loads_and_rotations(ring: Keyring, path: Path) -> None:
    values = [str(i) for i in range(20)]
    expected = [ring.index(value, column="phone") for value in values]
    assert ring.index_many(values, column="phone") == expected
    assert rotate_keyring(path).index_many(values, column="phone") == expected
    assert Keyring.load(path).index_many(values, column="phone") == expected


def test_rotation_encrypts_anew_and_still_reads_the_old(ring: Keyring, path: Path) -> None:
    old = seal(ring)
    rotated = rotate_keyring(path)
    new = seal(rotated)
    assert (rotated.active, sorted(rotated.keys)) == (2, [1, 2])
    assert rotated.keys[1] == ring.keys[1]
    assert open_(rotated, old) == open_(rotated, new) == NUMBER
    assert rotated.needs_rotation(old)
    assert not rotated.needs_rotation(new)
    assert not ring.needs_rotation(old)
    assert open_(Keyring.load(path), new) == NUMBER


def test_generated_ring_is_private_complete_and_alone_in_its_folder(ring: Keyring, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]
    assert path.read_text(encoding="utf-8") == ring.dumps()


def test_generate_never_overwrites_a_ring(ring: Keyring, path: Path) -> None:
    with pytest.raises(FileExistsError):
        generate_keyring(path)
    assert path.read_text(encoding="utf-8") == ring.dumps()
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_rotation_keeps_mode_and_leaves_nothing_behind(ring: Keyring, path: Path) -> None:
    path.chmod(0o640)
    rotate_keyring(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_rotations_at_once_lose_no_key(ring: Keyring, path: Path) -> None:
    """Two operators at once: whatever was encrypted with either new key is still readable."""
    with ThreadPoolExecutor(4) as pool:
        made = [seal(rotated) for rotated in pool.map(rotate_keyring, [path] * 12)]
    last = Keyring.load(path)
    assert sorted(last.keys) == list(range(1, 14))
    assert [open_(last, token) for token in made] == [NUMBER] * 12
    assert [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_rotation_of_a_full_ring_says_so_and_changes_nothing(ring: Keyring, path: Path) -> None:
    content = json.loads(ring.dumps())
    content["keys"][0]["id"] = content["active"] = 65534
    path.write_text(json.dumps(content), encoding="utf-8")
    assert rotate_keyring(path).active == 65535
    before = path.read_text(encoding="utf-8")
    with pytest.raises(FullKeyring, match="密钥环已满：密钥编号最大到 65535，没有加入新密钥。"):
        rotate_keyring(path)
    assert path.read_text(encoding="utf-8") == before


def test_rotation_in_a_folder_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(BadKeyring, match="打不开密钥环所在的文件夹"):
        rotate_keyring(tmp_path / "missing" / "keyring.json")


def test_load_takes_text_path_and_string_path(ring: Keyring, path: Path) -> None:
    token = seal(ring)
    for source in (ring.dumps(), path, str(path)):
        assert open_(Keyring.load(source), token) == NUMBER


def test_keys_do_not_show_in_a_representation(ring: Keyring) -> None:
    shown = repr(ring) + repr(ring.keys) + str(ring)
    assert ring.keys[1].secret not in shown
    assert json.loads(ring.dumps())["index_master"] not in shown


def without(name: str) -> Callable[[dict], object]:
    return lambda content: content.pop(name)


@pytest.mark.parametrize(
    "damage",
    [
        without("keys"),
        without("active"),
        without("index_master"),
        lambda content: content.update(active=9),
        lambda content: content.update(active="1"),
        lambda content: content.update(index_master="00"),
        lambda content: content.update(keys=content["keys"] * 2),
        lambda content: content["keys"][0].update(secret="00"),
        lambda content: content["keys"][0].update(secret="not hex"),
        lambda content: content["keys"][0].update(id=70000),
        lambda content: content["keys"][0].pop("created"),
    ],
)
def test_load_refuses_a_damaged_ring(ring: Keyring, damage: Callable[[dict], object]) -> None:
    content = json.loads(ring.dumps())
    damage(content)
    with pytest.raises(BadKeyring, match="从备份恢复") as caught:
        Keyring.load(json.dumps(content))
    assert content.get("index_master", "-")[:8] not in str(caught.value) or content["index_master"] == "00"


@pytest.mark.parametrize("text", ["{", "{}", "[]", ""])
def test_load_refuses_a_file_that_is_no_ring(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadKeyring, match="从备份恢复"):
        Keyring.load(path)


def test_load_says_which_file_it_cannot_read(tmp_path: Path) -> None:
    with pytest.raises(BadKeyring, match=r"读不到密钥环文件 .*nowhere"):
        Keyring.load(tmp_path / "nowhere.json")
    with pytest.raises(BadKeyring, match="读不到密钥环文件"):
        Keyring.load(tmp_path)


def test_generate_needs_its_folder(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        generate_keyring(tmp_path / "missing" / "keyring.json")


def test_rotation_of_a_missing_or_damaged_ring_makes_no_file(path: Path) -> None:
    with pytest.raises(BadKeyring, match="读不到"):
        rotate_keyring(path)
    assert not path.exists()
    path.write_text('{"keys": []}', encoding="utf-8")
    with pytest.raises(BadKeyring, match="从备份恢复"):
        rotate_keyring(path)
    assert path.read_text(encoding="utf-8") == '{"keys": []}'


def test_a_token_that_names_another_key_of_the_ring_is_refused(ring: Keyring, path: Path) -> None:
    rotated = rotate_keyring(path)
    token = seal(rotated)
    with pytest.raises(Tampered, match="被改动"):
        open_(rotated, token[:1] + (1).to_bytes(2) + token[3:])


def test_one_ring_serves_many_threads(ring: Keyring) -> None:
    def work(number: int) -> bool:
        rows = [(f"{number}-{i}", str(i)) for i in range(100)]
        tokens = ring.encrypt_many(rows, table="person", column="id_number")
        plain = [open_(ring, token, row) for token, (row, _) in zip(tokens, rows, strict=True)]
        same = ring.index_many(plain, column="phone") == [ring.index(text, column="phone") for text in plain]
        return same and plain == [text for _, text in rows]

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(work, range(20)))
