"""PyTorch's tensors, modules and optimizers come back equal; what safetensors cannot hold is refused by its path."""

from __future__ import annotations

import pytest

from tests.capture.formats.trips import Trip, run

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(600)]

PREAMBLE = """
import torch, safetensors.torch
from torch import nn
import torch._dynamo
torch.manual_seed(0)
def same(a, b):
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[k], b[k]) for k in a)
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if not isinstance(a, torch.Tensor):
        return type(a) is type(b) and a == b
    flat = [torch.cat([x.detach().resolve_neg().reshape(-1)]) for x in (a, b)]
    bits = [x.view(torch.uint8) for x in flat] if a.numel() else flat
    return a.dtype == b.dtype and a.shape == b.shape and torch.equal(*bits)
class Tied(nn.Module):
    def __init__(self, n=3):
        super().__init__()
        self.embed = nn.Embedding(n, 4)
        self.head = nn.Linear(4, n, bias=False)
        self.head.weight = self.embed.weight
        self.register_buffer("steps", torch.tensor(5))
def stepped(kind, **options):
    torch.manual_seed(1)
    layer = nn.Linear(2, 2)
    optimizer = kind(layer.parameters(), **options)
    layer(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    return optimizer
fresh = nn.Linear(2, 2)
other = torch.optim.AdamW(fresh.parameters(), lr=9)
"""
SAME = "same(value, back)"
LOADED = "same(value.state_dict(), back.state_dict()) and type(back).__name__ == type(value).__name__"
TRIPS = {
    "tensor": Trip("value = torch.arange(6.0)", SAME),
    "transposed": Trip("value = torch.arange(6).reshape(2, 3).T", SAME),
    "strided": Trip("value = torch.arange(10)[::2]", SAME),
    "expanded": Trip("value = torch.arange(3).expand(4, 3)", SAME),
    "channels last": Trip("value = torch.rand(1, 3, 4, 5).to(memory_format=torch.channels_last)", SAME),
    "negative view": Trip("value = torch.tensor([1 + 2j]).conj().imag", SAME),
    "no dimension": Trip("value = torch.tensor(5)", SAME),
    "empty": Trip("value = torch.zeros(0, 3)", SAME),
    "parameter": Trip("value = nn.Parameter(torch.ones(2))", SAME),
    "types": Trip(
        "value = {str(t): torch.arange(4).to(t) for t in (torch.bool, torch.uint8, torch.uint16, torch.int8,"
        " torch.int64, torch.float16, torch.bfloat16, torch.float64, torch.float8_e4m3fn, torch.float8_e5m2)}",
        SAME,
    ),
    "shared storage": Trip("a = torch.arange(10)\nvalue = {'a': a, 'b': a[2:5], 'c': a}", SAME),
    "list": Trip("value = [torch.arange(at) for at in range(12)]", SAME),
    "tuple": Trip("value = (torch.ones(1), torch.zeros(2))", SAME),
    "state dict": Trip(
        "value = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2)).state_dict()", "same(dict(value), back)"
    ),
    "large": Trip("value = torch.arange(300_000)", SAME + " and bool(back.add_(1).sum())"),
    "module": Trip("value = nn.Linear(2, 2)", LOADED, load="into=nn.Linear(2, 2)", kind="model"),
    "tied weights": Trip(
        "value = Tied()", LOADED + " and back.head.weight is back.embed.weight", load="into=Tied()", kind="model"
    ),
    "a class": Trip("value = Tied()", LOADED, load="into=Tied", kind="model"),
    "half a module": Trip(
        "value = nn.Linear(2, 2).to(torch.bfloat16)",
        LOADED,
        load="into=nn.Linear(2, 2).to(torch.bfloat16)",
        kind="model",
    ),
    "optimizer": Trip(
        "value = stepped(torch.optim.AdamW, lr=0.25, betas=(0.8, 0.9))",
        "same(value.state_dict(), back)",
        kind="model",
    ),
    "into an optimizer": Trip(
        "value = stepped(torch.optim.AdamW, lr=0.25)",
        "back.param_groups[0]['lr'] == 0.25 and same(value.state_dict()['state'], back.state_dict()['state'])",
        load="into=other",
        kind="model",
    ),
    "momentum": Trip(
        "value = stepped(torch.optim.SGD, lr=0.1, momentum=0.5)", "same(value.state_dict(), back)", kind="model"
    ),
    "sparse": Trip("value = {'w': torch.eye(3).to_sparse()}", refused="x['w'] (torch.Tensor): is sparse"),
    "compressed": Trip("value = torch.eye(3).to_sparse_csr()", refused="x (torch.Tensor): is sparse"),
    "meta": Trip(
        "value = nn.Linear(2, 2, device='meta')", refused="x.state_dict()['weight'] (torch.Tensor): is on the device"
    ),
    "complex": Trip("value = torch.tensor([1j])", refused="the type torch.complex64 has no form"),
    "a number in a dict": Trip("value = {'w': torch.ones(1), 'epoch': 3}", refused="x['epoch'] (builtins.int): is not"),
    "a number for a name": Trip("value = {1: torch.ones(1)}", refused="x[1] (builtins.int): only text"),
    "own class": Trip(
        "class Mine(torch.Tensor): pass\nvalue = torch.ones(2).as_subclass(Mine)", refused="another class"
    ),
    "a program": Trip("value = torch.jit.trace(nn.Linear(2, 2), torch.ones(1, 2))", refused="is a program"),
}
REFUSED_AT_LOAD = {
    "no class": ("value = nn.Linear(2, 2)", "", "torch.nn.modules.linear.Linear"),
    "another shape": ("value = nn.Linear(2, 2)", "into=nn.Linear(2, 3)", "weight is torch.float32[2, 2] in the file"),
    "another type": ("value = nn.Linear(2, 2)", "into=nn.Linear(2, 2).double()", "torch.float64[2, 2] in the module"),
    "missing": ("value = nn.Linear(2, 2, bias=False)", "into=nn.Linear(2, 2)", "bias is not in the file"),
    "too many": ("value = nn.Linear(2, 2)", "into=nn.Linear(2, 2, bias=False)", "bias is not in the module"),
    "a class with arguments": ("value = nn.Linear(2, 2)", "into=nn.Linear", "cannot be built"),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    refused = {name: Trip(make, "False", load=load, kind="model") for name, (make, load, _) in REFUSED_AT_LOAD.items()}
    return run({**TRIPS, **refused}, tmp_path_factory.mktemp("torch"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_tensor_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


@pytest.mark.parametrize("name", REFUSED_AT_LOAD)
def test_weights_that_do_not_fit_are_refused_before_the_module_is_changed(name: str, results: dict[str, str]) -> None:
    assert "VariableRefused" in results[name] and REFUSED_AT_LOAD[name][2] in results[name]
