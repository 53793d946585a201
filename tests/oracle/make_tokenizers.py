# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds small tokenizers of every kind with the library `tokenizers` and records what it makes of many strings.

    python3 tests/oracle/make_tokenizers.py                     # writes tests/golden/tokenizers
    python3 tests/oracle/make_tokenizers.py --check PROGRAM [--count N] [--seed S] [--kinds A,B] [--folder FOLDER]

The second form compares `PROGRAM tokenize` with the library on fresh strings and writes nothing; with --folder on the
model in a folder instead of our small ones. Needs tokenizers and sentencepiece from PyPI (for the table of replacements).

KIND.json.z is the tokenizer, KIND.crc the CRC-32 of each string's line "id:begin:end:token ..." (byte ranges; -1 for
tokens of the template; 4 bytes each, little endian), strings.json.z the strings, pairs.json.z and decoded.json.z what the
library makes of pairs and of ids, in full. `.z` is zlib.
"""
import argparse
import json
import os
import random
import struct
import subprocess
import sys
import tempfile
import zlib

from tokenizers import (AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
                        trainers)

HERE = os.path.dirname(os.path.abspath(__file__))
OUT = os.path.join(HERE, "..", "golden", "tokenizers")
COUNT = 2000

LLAMA3 = (r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
          r"|\s+(?!\S)|\s+")
QWEN2 = LLAMA3.replace(r"\p{N}{1,3}", r"\p{N}")

LINES = [
    "The animal didn't cross the street because it was too tired, and the street was too wide.",
    "I was born in 92000, and this is falsé. Hello world! Hello, y'all! How are you?",
    "No man is an island, entire of itself; every man is a piece of the continent, a part of the main.",
    "   def f(x):\n        return x ** 2 + 3.14  # comment\n\n\nprint(f(10), \"text\")",
    "Der Fluß überquert die Straße; ça va déjà très bien; ¿qué tal, señor?",
    "Съешь же ещё этих мягких французских булок, да выпей чаю.",
    "The quick brown fox jumps over the lazy dog. THE QUICK BROWN FOX. Quickest, laziest, unwanted running.",
    "生活的真谛是 野口里佳 東京tower 我想在apple工作1314151天",
    "안녕하세요 한국어 텍스트입니다", "שלום עולם مرحبا بالعالم नमस्ते दुनिया สวัสดีชาวโลก",
    "We're sure they'll say I'm here, he'd've come. It's John's. DON'T! CAN'T!",
    "1234567890 3.14159 2,000,000 50% $5 #hashtag @name a_b c-d e/f",
]

NASTY = [
    "", " ", "  ", "   ", "\t", "\n", "\r\n", "\n\n\n", "\t \n", "a  b", " a", "a ", "a\t b ", "  a   b  ",
    "a" * 100, "a" * 101, "ab" * 300, "a." * 200, " " * 300, "é" * 100, "é" * 101,
    "👨‍👩‍👧‍👦", "😶‍🌫️", "🇩🇪🇫🇷", "👍🏽", "i⭢j", "🦙.cpp", "é e\u0301 E\u0301", "a" + "\u0300" * 200,
    "a\u0323\u0307 a\u0307\u0323 \u0307\u0323", "한국어", "\u1112\u1161\u11ab", "각\u11a8", "野口里佳 Noguchi Rika", "東京tower", "\U0002b820\U0002b920",
    "\u202eשלום\u2066 عليكم", "İstanbul ẞ ΟΔΟΣ ǅ ŉ", "x\u0085y\u000bz\u000cw\u00a0v\u3000u\u2028t\u1680s",
    "a\u180eb", "a\u200bb\ufeffc\u00add", "\ufeffstart", "nul\0inside\0", "\0", "\ufffd\uffff\U0010ffff\ue000",
    "\U0001fae8 \U0001e030 \U0001fac6 \U00031350 \U0002ebf0 \U000105c0 \u1c89", "[CLS] [SEP] [MASK] [UNK] [PAD]",
    "<s>hi</s>", "a <mask> b", "a  <mask>  b", "<mask><mask>", "<|endoftext|>hi<|endoftext|> there", "<|im_start|>user",
    "<extra_id_0> x <extra_id_1>", "[MASK", "[mask]", "[ MASK ]", "[MASK][MASK]", "x[MASK]y", "\u3000<mask>\u3000x", "\u2028 <mask>\n",
    "'s 'S ’s 'ſ can't 'LL 'rE 'K", "1234567890", "3.14", "½ ² Ⅷ ٣ ３ 1２3٤5", "Hello\n\n\n  world", "Hello \r\n\r\n world \n",
    "``quoted''", "▁ Ġ ##ing a▁b ▁▁x Ċ Ã©", "ﬁ ① Ａ ℌ ㎏ ﷺ ｶﾞ", "<b>&amp;</b>", "ខ្មែរ", "\u200d", "a\u200d", "\u0301x", " \u0301",
    "<unk>", "x<unk>y", "<0x0A> <0xE2>", "don't do not , . ? !", "w048 7tuijk dsdfhu", "ied 4 ½ months", "' era", "3333333", "\n =",
    "Führer", "нещо на Български", "कि॰ क्‍ष", "e\u0301\u0323\u0302", "\u0344 \u0958 \u2adc \u1e9b\u0323", "ᾳ ΐ ΰ ﬀ ﬃ ﬄ", "Å Å Å Ω",
    "C:\\path\\to\\file.txt?x=1&y=2#z", "$1,000.00 (50%) [a] {b} <c> ~`^|", "    indented\n\tcode();\n", "\r", "\r\r\n \r",
    " .", "a \u2003 b", "x\u2000\u2001y", ">>fr<< bonjour", "[DAY] yesterday Yesterday YESTERDAY", "new_token newtoken anew_tokenx",
    "This is a test 😊\nI was born in 92000, and this is falsé.\n生活的真谛是\nHi  Hello\nHi   Hello\n\n \n  \n Hello\n<s>\nhi<s>there\n"
    "The following string should be properly encoded: Hello.\nBut ird and ปี   ird   ด\nHey how are you doing",
]


def random_string(rng):
    """One string of words, white space, marks, scripts, special tokens and any code points."""
    words = [w for line in LINES for w in line.split(" ")]
    spaces = [" ", " ", " ", " ", "  ", "   ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2009", "", "\u200b", "\n\n", "\u0085"]
    ranges = [(0x20, 0x7E), (0x20, 0x7E), (0xA0, 0x24F), (0x300, 0x36F), (0x370, 0x5FF), (0x600, 0x6FF), (0x900, 0xDFF),
              (0xE00, 0xE7F), (0x1100, 0x11FF), (0x1E00, 0x1FFF), (0x2000, 0x206F), (0x2070, 0x2BFF), (0x3000, 0x33FF),
              (0x4E00, 0x9FFF), (0xAC00, 0xD7A3), (0xF900, 0xFFFF), (0x1D400, 0x1D7FF), (0x1F300, 0x1FAFF), (0, 0x1F), (0x10000, 0x1F000)]
    specials = ["[CLS]", "[SEP]", "[MASK]", "<s>", "</s>", "<mask>", "<|endoftext|>", "<unk>", "<extra_id_0>", "<|im_end|>", "yesterday",
                "new_token", ">>fr<<"]
    out = []
    for _ in range(rng.randint(1, 14)):
        kind = rng.random()
        if kind < 0.45:
            word = rng.choice(words)
            out.append(rng.choice([word, word, word, word.upper(), word.capitalize(), word[::-1]]))
        elif kind < 0.6:
            low, high = rng.choice(ranges)
            out.append("".join(chr(rng.randint(low, high)) for _ in range(rng.randint(1, 5))))
        elif kind < 0.65:
            out.append(rng.choice(specials))
        elif kind < 0.72:
            out.append("".join(rng.choice("0123456789٣½²") for _ in range(rng.randint(1, 8))))
        elif kind < 0.8:
            out.append("".join(rng.choice(".,;:!?'\"-()[]{}<>/\\|@#$%^&*_+=~`") for _ in range(rng.randint(1, 4))))
        elif kind < 0.83:
            c = rng.randint(0x80, 0x10FFFF)
            out.append("x" if 0xD800 <= c <= 0xDFFF else chr(c))
        elif kind < 0.88:
            out.append(rng.choice(["a\u0301", "e\u0323\u0302", "한", "\u1112\u1161", "👩‍🚀", "ﬁ", "ǆ", "İ", "ʼn", "क्ष"]))
        elif kind < 0.91:
            out.append(rng.choice(NASTY)[:40])
        out.append(rng.choice(spaces))
    return "".join(c for c in "".join(out) if not 0xD800 <= ord(c) <= 0xDFFF)


def strings(count, seed):
    rng = random.Random(seed)
    return NASTY + [random_string(rng) for _ in range(count - len(NASTY))]


def charsmap():
    """A small table of replacements, compiled by SentencePiece: white space, widths, ligatures, marks."""
    import io
    import sentencepiece as spm
    rules = ["%X\t20" % c for c in [9, 10, 13, 0xA0, 0x1680, 0x2000, 0x2028, 0x3000, 0x200B, 0xFEFF, 0x2581]]
    rules += ["%X\t" % c for c in [1, 2, 8, 0xB, 0x1F, 0x7F, 0xAD]]
    rules += ["%X\t%X" % (0xFF01 + i, 0x21 + i) for i in range(94)]
    rules += ["FB01\t66 69", "FB00\t66 66", "2460\t31", "BD\t31 2044 32", "339\t6F 65", "65 301\tE9", "61 300\tE0", "41 30A\tC5", "FDFA\t635 644 649",
              "210C\t48", "1112 1161 11AB\tD55C", "2026\t2E 2E 2E", "D800"[:0] + "FF76 FF9E\t30AC"]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "rules.tsv")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(rules) + "\n")
        model = io.BytesIO()
        spm.SentencePieceTrainer.train(sentence_iterator=iter(LINES), model_writer=model, vocab_size=200, hard_vocab_limit=False,
                                       normalization_rule_tsv=path, minloglevel=2)
    import sentencepiece.sentencepiece_model_pb2 as pb
    proto = pb.ModelProto()
    proto.ParseFromString(model.getvalue())
    return proto.normalizer_spec.precompiled_charsmap


def byte_bpe(pre, normalizer=None, size=400, special=(), **options):
    tokenizer = Tokenizer(models.BPE(**options))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    trainer = trainers.BpeTrainer(vocab_size=size, special_tokens=list(special), show_progress=False,
                                  initial_alphabet=pre_tokenizers.ByteLevel.alphabet())
    tokenizer.train_from_iterator(LINES * 3, trainer)
    tokenizer.decoder = decoders.ByteLevel()
    return tokenizer


def bert(cased):
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=not cased)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(LINES * 3, trainers.WordPieceTrainer(
        vocab_size=400, special_tokens=["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"], show_progress=False))
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    if cased:
        tokenizer.post_processor = processors.BertProcessing(("[SEP]", sep), ("[CLS]", cls))
    else:
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1", special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
        tokenizer.enable_padding(length=128)  # both are in real files and must be ignored
        tokenizer.enable_truncation(128)
    tokenizer.decoder = decoders.WordPiece()
    tokenizer.add_tokens(["yesterday", AddedToken("new_token", single_word=True)])
    return tokenizer


def gpt2():
    tokenizer = byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False))
    tokenizer.add_special_tokens(["<|endoftext|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def roberta(add_prefix_space):
    tokenizer = byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=add_prefix_space), special=["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), add_prefix_space=add_prefix_space)
    return tokenizer


def neox():
    tokenizer = byte_bpe(pre_tokenizers.ByteLevel(add_prefix_space=False), normalizers.NFC(), special=["<|endoftext|>", "<|padding|>"])
    tokenizer.add_tokens([AddedToken(" " * n, normalized=True) for n in range(24, 1, -1)])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=True)
    return tokenizer


def llama3():
    pre = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(LLAMA3), "isolated"),
                                   pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = byte_bpe(pre)
    data = json.loads(tokenizer.to_str())
    data["model"]["ignore_merges"] = True
    data["model"]["vocab"]["ĠHello"] = max(data["model"]["vocab"].values()) + 1  # no merge leads there
    tokenizer = Tokenizer.from_str(json.dumps(data))
    tokenizer.add_special_tokens(["<|begin_of_text|>", "<|end_of_text|>", "<|im_start|>"])
    bos = tokenizer.token_to_id("<|begin_of_text|>")
    tokenizer.post_processor = processors.Sequence([
        processors.ByteLevel(trim_offsets=False),
        processors.TemplateProcessing(single="<|begin_of_text|>:0 $A:0", pair="<|begin_of_text|>:0 $A:0 <|begin_of_text|>:1 $B:1",
                                      special_tokens=[("<|begin_of_text|>", bos)])])
    return tokenizer


def qwen2():
    pre = pre_tokenizers.Sequence([pre_tokenizers.Split(Regex(QWEN2), "isolated"),
                                   pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
    tokenizer = byte_bpe(pre, normalizers.NFC())
    tokenizer.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    return tokenizer


def llama2(legacy):
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    meta = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    tokens = ["<unk>", "<s>", "</s>"] + ["<0x%02X>" % b for b in range(256)]
    tokenizer.train_from_iterator(LINES[:7] * 3, trainers.BpeTrainer(vocab_size=600, special_tokens=tokens, show_progress=False))
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [dict(t, normalized=False) for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    tokenizer = Tokenizer.from_str(json.dumps(data))
    if legacy:
        tokenizer.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
        tokenizer.pre_tokenizer = None
    else:
        tokenizer.pre_tokenizer = meta
    tokenizer.post_processor = processors.TemplateProcessing(single="<s>:0 $A:0", pair="<s>:0 $A:0 <s>:1 $B:1", special_tokens=[("<s>", 1)])
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    return tokenizer


def unigram(normalizer, pre, special, byte_fallback=False):
    tokenizer = Tokenizer(models.Unigram())
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre
    tokens = list(special) + (["<0x%02X>" % b for b in range(256)] if byte_fallback else [])
    tokenizer.train_from_iterator(LINES * 3, trainers.UnigramTrainer(vocab_size=400 + len(tokens), special_tokens=tokens, unk_token="<unk>",
                                                                     show_progress=False))
    tokenizer.decoder = decoders.Metaspace()
    data = json.loads(tokenizer.to_str())
    data["added_tokens"] = [t for t in data["added_tokens"] if not t["content"].startswith("<0x")]
    data["model"]["vocab"] = [[piece, round(score, 4)] for piece, score in data["model"]["vocab"]]
    data["model"]["byte_fallback"] = byte_fallback
    return Tokenizer.from_str(json.dumps(data))


def meta_words():
    return pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])


def t5(table):
    tokenizer = unigram(normalizers.Precompiled(table), meta_words(), ["<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens(["<extra_id_%d>" % i for i in range(9, -1, -1)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", 1)])
    return tokenizer


def xlmr(table):
    tokenizer = unigram(normalizers.Precompiled(table), meta_words(), ["<s>", "<pad>", "</s>", "<unk>"])
    tokenizer.add_special_tokens([AddedToken("<mask>", lstrip=True, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>",
                                                             special_tokens=[("<s>", 0), ("</s>", 2)])
    return tokenizer


def albert(table):
    normalizer = normalizers.Sequence([
        normalizers.Replace("``", '"'), normalizers.Replace("''", '"'), normalizers.NFKD(), normalizers.StripAccents(), normalizers.Lowercase(),
        normalizers.Precompiled(table), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer = unigram(normalizer, meta_words(), ["<pad>", "<unk>", "[CLS]", "[SEP]"])
    tokenizer.add_special_tokens([AddedToken("[MASK]", lstrip=True, special=True)])
    cls, sep = tokenizer.token_to_id("[CLS]"), tokenizer.token_to_id("[SEP]")
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS]:0 $A:0 [SEP]:0", pair="[CLS]:0 $A:0 [SEP]:0 $B:1 [SEP]:1",
                                                             special_tokens=[("[CLS]", cls), ("[SEP]", sep)])
    return tokenizer


def marian(table):
    normalizer = normalizers.Sequence([normalizers.Precompiled(table), normalizers.Replace(Regex(" {2,}"), " ")])
    tokenizer = unigram(normalizer, pre_tokenizers.Metaspace(), ["</s>", "<unk>", "<pad>"])
    tokenizer.add_special_tokens([AddedToken(">>fr<<", rstrip=True, special=True)])
    tokenizer.post_processor = processors.TemplateProcessing(single="$A </s>", pair="$A $B </s>", special_tokens=[("</s>", 0)])
    return tokenizer


def unigram_bytes():
    normalizer = normalizers.Sequence([normalizers.Nmt(), normalizers.NFKC(), normalizers.Strip(True, True)])
    tokenizer = unigram(normalizer, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), ["<unk>", "<s>", "</s>"], True)
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Metaspace(prepend_scheme="first")])
    return tokenizer


def word_level():
    tokenizer = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Whitespace(), pre_tokenizers.Punctuation("merged_with_previous"),
                                                       pre_tokenizers.Digits(individual_digits=True)])
    tokenizer.train_from_iterator(LINES * 3, trainers.WordLevelTrainer(vocab_size=300, special_tokens=["[UNK]", "[MASK]"], show_progress=False))
    tokenizer.add_tokens([AddedToken("Yesterday", normalized=True), AddedToken("new_token", single_word=True, rstrip=True)])
    return tokenizer


def gpt1():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", end_of_word_suffix="</w>"))
    tokenizer.normalizer = normalizers.Sequence([normalizers.NFC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Lowercase()])
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(Regex(r"<\|startoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"), "removed", invert=True),
        pre_tokenizers.Digits()])
    tokenizer.train_from_iterator(LINES * 3, trainers.BpeTrainer(vocab_size=400, special_tokens=["<unk>"], end_of_word_suffix="</w>",
                                                                 show_progress=False))
    tokenizer.decoder = decoders.BPEDecoder()
    return tokenizer


def bpe_prefix():
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", continuing_subword_prefix="##", fuse_unk=False))
    tokenizer.normalizer = normalizers.NFKD()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([
        pre_tokenizers.Split(",", "merged_with_next"), pre_tokenizers.Split(Regex(r"[aeiou](?=[^aeiou\s])|(?<=\d)[.:]"), "contiguous"),
        pre_tokenizers.Split(Regex(r"\b(?:the|an?)\b *+"), "merged_with_previous"), pre_tokenizers.CharDelimiterSplit(" "),
        pre_tokenizers.FixedLength(9)])
    tokenizer.train_from_iterator(LINES[:7] * 3, trainers.BpeTrainer(vocab_size=300, special_tokens=["<unk>"], continuing_subword_prefix="##",
                                                                     show_progress=False))
    return tokenizer


def byte_normalizer():
    tokenizer = byte_bpe(pre_tokenizers.Split(Regex(r"Ġ?[^Ġ]+|Ġ+"), "isolated"), normalizers.ByteLevel())
    tokenizer.add_tokens(["yesterday", "é"])
    return tokenizer


def kinds():
    table = charsmap()
    return {"bert": bert(False), "bert_cased": bert(True), "gpt2": gpt2(), "roberta": roberta(False), "bart": roberta(True), "neox": neox(),
            "llama2_legacy": llama2(True), "llama2": llama2(False), "llama3": llama3(), "qwen2": qwen2(), "t5": t5(table), "xlmr": xlmr(table),
            "albert": albert(table), "marian": marian(table), "unigram_bytes": unigram_bytes(), "word_level": word_level(), "gpt1": gpt1(),
            "bpe_prefix": bpe_prefix(), "byte_normalizer": byte_normalizer()}


def spans(encoding, texts):
    """Byte ranges; -1, -1 for tokens of the template."""
    tables = []
    for text in texts:
        table = [0]
        for c in text:
            table.append(table[-1] + len(c.encode()))
        tables.append(table)
    out = []
    for (begin, end), sequence in zip(encoding.offsets, sequences(encoding, len(texts))):
        if sequence is None:
            out.append([-1, -1])
        else:
            table = tables[sequence]
            out.append([table[min(begin, len(table) - 1)], table[min(end, len(table) - 1)]])
    return out


def sequences(encoding, count):
    # A tokenizer without a post-processor does not say that its tokens are of the first text.
    return [None if word is None else (0 if count == 1 else sequence)
            for word, sequence in zip(encoding.word_ids, encoding.sequence_ids)]


def line_of(encoding, texts):
    return " ".join("%d:%d:%d:%s" % (i, b, e, t) for i, (b, e), t in zip(encoding.ids, spans(encoding, texts), encoding.tokens))


def plain(tokenizer):
    tokenizer.no_padding()
    tokenizer.no_truncation()
    return tokenizer


def write(name, data):
    with open(os.path.join(OUT, name), "wb") as file:
        file.write(zlib.compress(json.dumps(data, ensure_ascii=False).encode(), 9))


def make():
    os.makedirs(OUT, exist_ok=True)
    texts = strings(COUNT, 7)
    write("strings.json.z", texts)
    rng = random.Random(11)
    pairs, decoded = {}, {}
    for name, tokenizer in kinds().items():
        write(name + ".json.z", json.loads(tokenizer.to_str()))
        plain(tokenizer)
        crcs = [zlib.crc32(line_of(tokenizer.encode(text), [text]).encode()) for text in texts]
        with open(os.path.join(OUT, name + ".crc"), "wb") as file:
            file.write(struct.pack("<%dI" % len(crcs), *crcs))
        pairs[name] = []
        for first, second in [("", ""), ("a", ""), ("", "b")] + [(rng.choice(texts)[:30], rng.choice(texts)[:30]) for _ in range(20)]:
            e = tokenizer.encode(first, second)
            pairs[name].append({"texts": [first, second], "ids": e.ids, "spans": spans(e, [first, second]), "types": e.type_ids,
                                "sequences": [-1 if s is None else s for s in sequences(e, 2)],
                                "special": [int(s) for s in e.special_tokens_mask]})
        decoded[name] = []
        for _ in range(60):
            ids = tokenizer.encode(rng.choice(texts)[:40]).ids if rng.random() < 0.7 else [
                rng.randrange(tokenizer.get_vocab_size()) for _ in range(rng.randint(0, 8))]
            skip = rng.random() < 0.5
            if ids or not isinstance(tokenizer.decoder, decoders.BPEDecoder):
                decoded[name].append([ids, skip, tokenizer.decode(ids, skip_special_tokens=skip)])
    write("pairs.json.z", pairs)
    write("decoded.json.z", decoded)


def check(program, count, seed, only, folder):
    texts = strings(count, seed)
    lines = "".join(json.dumps(text) + "\n" for text in texts)
    found = {os.path.basename(folder.rstrip("/")): None} if folder else kinds()
    wrong = 0
    for name, tokenizer in found.items():
        if only and name not in only:
            continue
        with tempfile.TemporaryDirectory() as own:
            path = folder or own
            if folder:
                tokenizer = Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
            else:
                tokenizer.save(os.path.join(own, "tokenizer.json"))
            done = subprocess.run([program, "tokenize", "--model", path], input=lines, capture_output=True, text=True)
        if done.returncode:
            print(name, "failed:", done.stderr.strip())
            wrong += 1
            continue
        plain(tokenizer)
        bad = []
        for text, line in zip(texts, done.stdout.split("\n")):
            ours, e = json.loads(line), tokenizer.encode(text)
            if [ours["ids"], ours["spans"], ours["tokens"]] != [e.ids, spans(e, [text]), e.tokens]:
                bad.append((text, ours, e.ids, spans(e, [text]), e.tokens))
        wrong += len(bad)
        print("%-16s %d strings, %d differ" % (name, len(texts), len(bad)), flush=True)
        for text, ours, ids, ranges, tokens in sorted(bad, key=lambda b: len(b[0]))[:3]:
            print("  text   ", ascii(text), "\n  ours   ", ascii(list(zip(ours["ids"], map(tuple, ours["spans"]), ours["tokens"]))),
                  "\n  library", ascii(list(zip(ids, map(tuple, ranges), tokens))))
    return 1 if wrong else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--check")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--kinds", default="")
    parser.add_argument("--folder")
    arguments = parser.parse_args()
    if arguments.check:
        sys.exit(check(arguments.check, arguments.count, arguments.seed, [k for k in arguments.kinds.split(",") if k], arguments.folder))
    make()
