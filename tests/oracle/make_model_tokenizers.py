#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts a tokenizer.json of its family's kind into each folder of tests/golden/models, with ids below the model's 60.

    pip install tokenizers        (in a virtual environment outside the tree)
    python tests/oracle/make_model_tokenizers.py [--out FOLDER] [NAME …]

WordPiece and Unigram have vocabularies made by hand, BPE merges are trained on a few lines. None knows every letter, so
that unknown tokens are met, too. Weights, configs and expected numbers are make_models.py's and stay as they are.
"""
import argparse
import pathlib

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

GOLDEN = pathlib.Path(__file__).resolve().parent.parent / "golden" / "models"
SIZE = 60

LINES = ["the cat sat on the mat, and the dog sat on the cat.", "no man is an island, entire of itself",
         "it was tired, it's unwanted: a cat's café", "the island, the man and the dog; quick brown fox jumps by zoo"]
WORDS = ["the", "cat", "sat", "on", "mat", "no", "man", "is", "an", "island", "it", "was", "tired", "dog", "and", "un", "want"]
LETTERS = list("abcdeilmnorstué")
SPLIT = r"(?i:'s|'t)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s+"


def wordpiece(cased=False, types=True):
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    pieces = ["##s", "##ed", "##ing", "##want", "##land", "##nt", ".", ",", "'"] + LETTERS[:8] + ["##" + c for c in LETTERS]
    if cased:
        pieces += ["The", "No"]
    vocabulary = {token: i for i, token in enumerate((special + WORDS + pieces)[:SIZE])}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased, strip_accents=False)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    if types:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    else:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_special_tokens(special)
    tokenizer.enable_padding(length=30)  # both are in real files and must be ignored
    tokenizer.enable_truncation(8)
    return tokenizer


def unigram(special, unknown, last=(), masks=()):
    """`special` are the first tokens, `last` the final ones of all 60."""
    words = ["▁" + w for w in WORDS[:13]]
    pieces = words + ["▁"] + LETTERS + ["s▁", "ed", "ing", "land", ".", ",", "'", "▁a", "▁c", "un", "want", "in", "er", "it"]
    room = SIZE - len(special) - len(last)
    scored = [(piece, -2 - 0.13 * i) for i, piece in enumerate(pieces[:room])]
    filler = [("▁%d" % i, -9.0) for i in range(room - len(scored))]
    vocabulary = [(t, 0.0) for t in special] + scored + filler + [(t, 0.0) for t in last]
    tokenizer = Tokenizer(models.Unigram(vocabulary, unk_id=unknown))
    tokenizer.normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    plain = [t for t in list(special) + list(last) if t not in masks]
    tokenizer.add_special_tokens(plain + [AddedToken(t, lstrip=True, special=True) for t in masks])
    return tokenizer


def albert():
    tokenizer = unigram(["<pad>", "<unk>", "[CLS]", "[SEP]", "[MASK]"], 1, masks=["[MASK]"])
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                                             special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    return tokenizer


def xlmr(special, begin, end):
    tokenizer = unigram(special, 3, last=["<mask>"], masks=["<mask>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
                                                             special_tokens=[("<s>", begin), ("</s>", end)])
    return tokenizer


def t5():
    tokenizer = unigram(["<pad>", "</s>", "<unk>"], 2, last=["<extra_id_1>", "<extra_id_0>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def marian():
    tokenizer = unigram(["</s>", "<unk>"], 1, last=[">>fr<<", "<pad>"])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", 0)])
    return tokenizer


def byte_bpe(special, pre, normalizer=None):
    tokenizer = Tokenizer(models.BPE())
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokenizer.train_from_iterator(LINES * 3, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=list(special), show_progress=False))
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def gpt2():
    tokenizer = byte_bpe(["<|endoftext|>"], pre_tokenizers.ByteLevel(add_prefix_space=False))
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def neox():
    tokenizer = byte_bpe(["<|endoftext|>", "<|padding|>"], pre_tokenizers.ByteLevel(add_prefix_space=False), normalizers.NFC())
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def roberta():
    tokenizer = byte_bpe(["<s>", "<pad>", "</s>", "<unk>", "<mask>"], pre_tokenizers.ByteLevel(add_prefix_space=False))
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=False)
    return tokenizer


def split_bpe(special):
    return byte_bpe(special, pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(SPLIT), "isolated"),
                                                      pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)]))


def llama3():
    tokenizer = split_bpe(["<unk>", "<|begin_of_text|>", "<|end_of_text|>"])
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|>:0 $A:0", special_tokens=[("<|begin_of_text|>", 1)])])
    return tokenizer


def qwen():
    tokenizer = split_bpe(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def llama2(legacy):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    # "ï" is not in the lines: its two bytes stand for it; other letters are unknown.
    special = ["<unk>", "<s>", "</s>", "<0xC3>", "<0xAF>"]
    tokenizer.train_from_iterator(LINES * 3, trainers.BpeTrainer(vocab_size=SIZE, special_tokens=special, show_progress=False))
    if legacy:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        tokenizer.pre_tokenizer = None
    else:
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


MAKERS = {
    "albert": albert, "bart": roberta, "bert": wordpiece, "bert_bare": lambda: wordpiece(cased=True),
    "camembert": lambda: xlmr(["<s>NOTUSED", "<pad>", "</s>NOTUSED", "<unk>", "<unk>NOTUSED", "<s>", "</s>"], 5, 6),
    "distilbert": lambda: wordpiece(types=False), "electra": wordpiece, "gpt2": gpt2, "gpt2_bare": gpt2, "gpt_neo": gpt2,
    "gpt_neox": neox, "gpt_neox_serial": neox, "llama": llama3, "llama_linear": lambda: llama2(True), "marian": marian,
    "mistral": lambda: llama2(False), "qwen2": qwen, "qwen3": qwen, "roberta": roberta, "t5": t5, "t5_gated": t5,
    "xlm_roberta": lambda: xlmr(["<s>", "<pad>", "</s>", "<unk>"], 0, 2),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--out", type=pathlib.Path, default=GOLDEN)
    parser.add_argument("names", nargs="*")
    args = parser.parse_args()
    for name in args.names or MAKERS:
        tokenizer = MAKERS[name]()
        assert max(tokenizer.get_vocab().values()) < SIZE, name
        folder = next((args.out / name).rglob("config.json")).parent
        tokenizer.save(str(folder / "tokenizer.json"), pretty=False)
        probe = tokenizer.encode("The tired cat's café: no island is unwanted")
        print(f"{name:16} {tokenizer.get_vocab_size():3} {' '.join(probe.tokens)}")


if __name__ == "__main__":
    main()
