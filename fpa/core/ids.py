"""Row numbers made before the row: ciphertext is bound to them, and indices stay compact."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A UUID of version 7 (RFC 9562 §5.7): 48 bits of Unix milliseconds, then 74 random bits; sorts by time."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    return UUID(int=value & ~(0xF << 76) & ~(0x3 << 62) | 0x7 << 76 | 0x2 << 62)


def lock_key(value: UUID) -> int:
    """The number by which PostgreSQL's advisory locks know a row."""
    return value.int & (2**63 - 1)
