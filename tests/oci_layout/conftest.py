"""The contract's assertions are told as pytest tells them."""

import pytest

pytest.register_assert_rewrite("tests.contract")
