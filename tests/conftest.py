"""The contract's assertions are told as pytest tells them, whichever tests are run first."""

import pytest

pytest.register_assert_rewrite("tests.contract")
