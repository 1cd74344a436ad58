"""Models and tokenizers of the Hugging Face libraries come back equal; what they cannot keep is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.capture.formats.trips import Trip, run

pytestmark = [pytest.mark.libraries, pytest.mark.timeout(600)]

PREAMBLE = """
import tempfile, torch, transformers
import numpy as np
from tokenizers import Tokenizer, models, pre_tokenizers
from transformers import BertConfig, BertForSequenceClassification, BertModel, GPT2Config, GPT2LMHeadModel
from transformers import PreTrainedTokenizerFast
torch.manual_seed(0)
SMALL = dict(vocab_size=20, bos_token_id=1, eos_token_id=1)
def gpt(kind=GPT2LMHeadModel):
    return kind(GPT2Config(n_embd=8, n_layer=1, n_head=2, n_positions=16, **SMALL)).eval()
def words():
    found = Tokenizer(models.WordLevel({"[UNK]": 0, "a": 1, "b": 2, "[PAD]": 3}, unk_token="[UNK]"))
    found.pre_tokenizer = pre_tokenizers.Whitespace()
    return found
def fast():
    return PreTrainedTokenizerFast(tokenizer_object=words(), pad_token="[PAD]", unk_token="[UNK]", model_max_length=9)
import peft
def below():
    torch.manual_seed(7)
    return gpt()
def adapted(**options):
    model = below()
    torch.manual_seed(8)
    found = peft.get_peft_model(model, peft.LoraConfig(r=2, target_modules=["c_attn", "c_proj"], **options))
    for name, each in found.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(each)
    return found.eval()
def peft_state(model):
    return peft.get_peft_model_state_dict(model)
from sentence_transformers import SentenceTransformer, models as parts
def sentences():
    torch.manual_seed(9)
    with tempfile.TemporaryDirectory() as folder:
        BertModel(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
                             vocab_size=20)).save_pretrained(folder)
        fast().save_pretrained(folder)
        first = parts.Transformer(folder)
    return SentenceTransformer(modules=[first, parts.Pooling(8), parts.Dense(8, 4), parts.Normalize()], device="cpu")
import diffusers
def unet():
    torch.manual_seed(5)
    return diffusers.UNet2DModel(sample_size=8, in_channels=1, out_channels=1, layers_per_block=1, norm_num_groups=4,
        block_out_channels=(8, 8), down_block_types=("DownBlock2D",) * 2, up_block_types=("UpBlock2D",) * 2)
IDS = torch.tensor([[1, 2, 3, 4]])
def same(a, b):
    one, other = (x if isinstance(x, dict) else x.state_dict() for x in (a, b))
    pairs = [(one[k], other[k]) for k in one] if list(one) == list(other) else []
    return bool(pairs) and all(torch.equal(x, y) and x.dtype == y.dtype for x, y in pairs)
"""
SAME = "type(back) is type(value) and same(back, value)"
LOGITS = SAME + " and torch.allclose(back(IDS).logits, value(IDS).logits, atol=1e-6)"
TRIPS = {
    "tied weights": Trip(
        "value = gpt()", LOGITS + " and back.lm_head.weight is back.transformer.wte.weight", kind="model"
    ),
    "labels": Trip(
        "value = BertForSequenceClassification(BertConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2,"
        " intermediate_size=8, id2label={0: 'no', 1: 'yes'}, vocab_size=20)).eval()",
        LOGITS + " and back.config.id2label == {0: 'no', 1: 'yes'}",
        kind="model",
    ),
    "half": Trip("value = gpt().to(torch.bfloat16)", SAME, kind="model"),
    "own class": Trip("class Mine(GPT2LMHeadModel): pass\nvalue = gpt(Mine)", refused="Mine is not a class of"),
    "own head": Trip(
        "value = gpt()\nvalue.lm_head = torch.nn.Linear(8, 3, bias=False)", refused="x weight lm_head.weight"
    ),
    "a tokenizer": Trip(
        "value = fast()\nvalue.chat_template = '{{ messages[0] }}'",
        "type(back) is type(value) and back('a b c').data == value('a b c').data and back.pad_token == '[PAD]'"
        " and back.chat_template == value.chat_template and back.model_max_length == 9",
        kind="model",
    ),
    "a tokenizer in Rust": Trip(
        "value = words()\nvalue.enable_padding(length=5)\nvalue.enable_truncation(4)",
        "type(back) is type(value) and back.to_str() == value.to_str() and back.encode('a b').ids == [1, 2, 0, 0, 0]",
        kind="model",
    ),
    "a tokenizer with Python in it": Trip(
        "class Mine:\n    def pre_tokenize(self, pretok): pass\n"
        "value = words()\nvalue.pre_tokenizer = pre_tokenizers.PreTokenizer.custom(Mine())",
        refused="cannot be saved",
    ),
    "an adapter": Trip(
        "value = adapted()",
        "type(back) is type(value) and same(peft_state(back), peft_state(value))"
        " and torch.allclose(back(IDS).logits, value(IDS).logits, atol=1e-6)",
        load="into=below()",
        kind="model",
    ),
    "an adapter that changes the model below": Trip(
        "value = adapted(init_lora_weights='pissa')", refused="starts by 'pissa', which changes the model below"
    ),
    "sentences": Trip(
        "value = sentences()",
        "type(back) is type(value) and np.array_equal(back.encode(['a b', 'c']), value.encode(['a b', 'c']))"
        " and back.max_seq_length == value.max_seq_length",
        kind="model",
    ),
    "a model that draws": Trip("value = unet().to(torch.bfloat16)", SAME, kind="model"),
    "a pipeline that draws": Trip(
        "value = diffusers.DDPMPipeline(unet(), diffusers.DDPMScheduler(num_train_timesteps=7))",
        "type(back) is type(value) and same(back.unet, value.unet)"
        " and back.scheduler.config.num_train_timesteps == 7 and type(back.scheduler) is type(value.scheduler)",
        kind="model",
    ),
    "a pipeline with a part of its own": Trip(
        "class Mine(diffusers.DDPMScheduler): pass\nvalue = diffusers.DDPMPipeline(unet(), Mine())",
        refused="x.scheduler (__main__.Mine): is a __main__.Mine",
    ),
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    return run(TRIPS, tmp_path_factory.mktemp("transformers"), preamble=PREAMBLE)


@pytest.mark.parametrize("name", TRIPS)
def test_a_model_or_a_tokenizer_comes_back_equal_or_is_refused(name: str, results: dict[str, str]) -> None:
    assert results[name] == ""


@pytest.mark.filterwarnings("ignore")  # of the libraries, which warn when they are imported
def test_folders_come_back_from_a_kit_whose_kitfile_was_proposed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KITOPS_HOME", str(tmp_path / "kitops"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    names: dict[str, Any] = {}
    exec(PREAMBLE, names)
    folder, settings = tmp_path / "work", Settings.load()
    folder.mkdir()
    (folder / "train.ipynb").write_text('{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}')
    models = {"net": names["gpt"](), "tok": names["fast"](), "raw": names["words"]()}
    for _ in range(2):
        kit.pack(folder, tag="app:v1", propose=True, settings=settings, models=models)
    back = kit.load_variables("app:v1", settings=settings)
    assert names["same"](back["net"], models["net"])
    assert back["tok"]("a b").data == models["tok"]("a b").data
    assert back["raw"].to_str() == models["raw"].to_str()
