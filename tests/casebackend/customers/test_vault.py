import base64
from uuid import uuid4

import pytest

from casebackend.customers.vault import Sealed, Vault

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
ROW = uuid4()


def test_what_is_sealed_can_be_opened_in_its_place() -> None:
    vault = Vault(OLD)
    sealed = vault.seal("customers", "name_enc", ROW, "张三")
    assert sealed.startswith(f"v1|{vault.primary}|")
    assert "张三" not in sealed
    assert vault.open("customers", "name_enc", ROW, sealed) == "张三"


def test_the_same_value_never_looks_the_same() -> None:
    vault = Vault(OLD)
    assert vault.seal("t", "c", ROW, "张三") != vault.seal("t", "c", ROW, "张三")


@pytest.mark.parametrize("place", [("other", "c", ROW), ("t", "other", ROW), ("t", "c", uuid4())])
def test_a_value_moved_to_another_row_or_column_cannot_be_opened(place: tuple[str, str, object]) -> None:
    vault = Vault(OLD)
    sealed = vault.seal("t", "c", ROW, "13800138000")
    with pytest.raises(Sealed):
        vault.open(*place, sealed)  # type: ignore[arg-type]


@pytest.mark.parametrize("broken", ["", "v1|x", "v2|{kid}|{rest}", "v1|00000000|{rest}", "v1|{kid}|!!|!!"])
def test_a_damaged_value_is_refused(broken: str) -> None:
    vault = Vault(OLD)
    _, kid, rest = vault.seal("t", "c", ROW, "x").split("|", 2)
    with pytest.raises(Sealed):
        vault.open("t", "c", ROW, broken.format(kid=kid, rest=rest))


def test_after_a_new_key_old_values_open_new_ones_use_it_and_indexes_stay_equal() -> None:
    before, after = Vault(OLD), Vault(f"{NEW},{OLD}")
    assert after.open("t", "c", ROW, before.seal("t", "c", ROW, "x")) == "x"
    assert after.primary != before.primary
    assert after.index("phone", "13800138000") == before.index("phone", "13800138000")
    with pytest.raises(Sealed):
        Vault(NEW).open("t", "c", ROW, before.seal("t", "c", ROW, "x"))


def test_an_index_tells_equal_from_different_and_kind_from_kind() -> None:
    vault = Vault(OLD)
    assert vault.index("phone", "1") != vault.index("phone", "2")
    assert vault.index("phone", "1") != vault.index("card", "1")


def test_a_short_key_is_refused_at_start() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(base64.b64encode(b"short").decode())
