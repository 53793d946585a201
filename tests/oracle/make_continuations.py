#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes tests/golden/continuations.json: how transformers' greedy generate continues texts with the golden models.

    pip install torch transformers tokenizers          (in a virtual environment outside the tree)
    python tests/oracle/make_continuations.py

Per case: the folder below tests/golden/models, generation_config.json as it was written beside its copy (null: none) or
keys that were put into its config.json, the texts, how many tokens were asked for, and the new ids without the end.
"""
import json
import pathlib
import shutil
import tempfile

import torch
import transformers
from tokenizers import Tokenizer

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden"
# (folder, generation_config.json, keys of config.json, text, text2, tokens)
CASES = [
    ("gpt2", None, {}, "no man is", None, 8),
    ("gpt2", {"repetition_penalty": 1.7}, {}, "no man is", None, 12),
    ("gpt2", {"no_repeat_ngram_size": 2}, {}, "the cat the cat the", None, 14),
    ("gpt2", {"no_repeat_ngram_size": 1}, {}, "no man is", None, 10),
    ("gpt2", {"suppress_tokens": list(range(3, 40))}, {}, "no man is", None, 9),
    ("gpt2", {"begin_suppress_tokens": list(range(0, 40)), "eos_token_id": 58}, {}, "no man is", None, 9),
    ("gpt2", {"min_length": 9, "eos_token_id": list(range(0, 30))}, {}, "no man is", None, 14),
    ("gpt2", {"min_new_tokens": 4, "eos_token_id": list(range(0, 30))}, {}, "no man is", None, 14),
    ("gpt2", {"forced_bos_token_id": 7, "begin_suppress_tokens": list(range(20, 60))}, {}, "the", None, 6),
    ("mistral", {"no_repeat_ngram_size": 3, "repetition_penalty": 0.8}, {}, "no man is", None, 16),
    ("bart", None, {}, "no man is", None, 8),
    ("bart", {"eos_token_id": 2}, {}, "no man is", None, 8),
    ("bart", {"forced_bos_token_id": 9, "forced_eos_token_id": 2}, {}, "no man is", None, 8),
    ("bart", {"forced_bos_token_id": 9, "begin_suppress_tokens": list(range(10, 50))}, {}, "the cat", None, 8),
    ("bart", None, {"forced_eos_token_id": 11, "min_length": 20}, "the cat", "the", 8),
    ("marian", None, {}, "no man is", None, 8),
    ("marian", None, {"bad_words_ids": [[58]]}, "no man is", None, 8),
    ("marian", {"bad_words_ids": [[59], [58, 58], [0]], "forced_eos_token_id": 0}, {}, "no man is", None, 10),
    ("marian", {"bad_words_ids": [[58], [12, 34], [7, 8, 9]]}, {}, "the cat sat", "the", 10),
    ("t5", None, {}, "no man is", None, 8),
    ("t5", {"bad_words_ids": [[5], [6], [7]], "no_repeat_ngram_size": 2}, {}, "the cat sat", "the", 12),
]


def continued(case):
    folder, generation, keys, text, text2, count = case
    with tempfile.TemporaryDirectory() as place:
        copy = pathlib.Path(place) / folder
        shutil.copytree(GOLDEN / "models" / folder, copy)
        config = json.loads((copy / "config.json").read_text())
        (copy / "config.json").write_text(json.dumps({**config, **keys}))
        if generation is not None:
            (copy / "generation_config.json").write_text(json.dumps(generation))
        tokenizer = Tokenizer.from_file(str(copy / "tokenizer.json"))
        ids = tokenizer.encode(text).ids
        args = {"input_ids": torch.tensor([ids])}
        read = transformers.AutoModelForCausalLM
        if config.get("is_encoder_decoder"):
            read = transformers.AutoModelForSeq2SeqLM
            ids = [config["decoder_start_token_id"]]
            if text2:
                encoded = tokenizer.encode(text2)
                ids += encoded.ids[: -1 if encoded.special_tokens_mask[-1] else None]
            args["decoder_input_ids"] = torch.tensor([ids])
        model = read.from_pretrained(copy, dtype=torch.float32).eval()
        if not model.generation_config.decoder_start_token_id:
            model.generation_config.decoder_start_token_id = config.get("decoder_start_token_id")
        out = model.generate(**args, max_new_tokens=count, do_sample=False, num_beams=1, use_cache=False)[0].tolist()
        new = out[len(ids):]
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [config["eos_token_id"] if ends is None else ends]
        if new[-1] in ends:
            new.pop()
        return {"model": folder, "generation": generation, "config": keys, "text": text, "text2": text2, "most": count,
                "ids": new}


def main():
    torch.set_num_threads(1)
    transformers.utils.logging.disable_progress_bar()
    lines = ",\n".join(json.dumps(continued(case)) for case in CASES)
    (GOLDEN / "continuations.json").write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    main()
