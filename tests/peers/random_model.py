# SPDX-License-Identifier: Apache-2.0
"""Writes a model of the shape of decode.reference with random weights, for an engine that reads GGUF.

The format is that of the document gguf.md of the ggml project, version 3; blocks of 32 weights as ggml's Q8_0 (a half
precision scale, 32 bytes) and Q4_0 (a scale, 16 bytes of two weights each). There is no tokenizer: nobody reads what it
says.
"""
import os
import struct
from dataclasses import dataclass

ALIGNMENT = 32
F32 = 0


@dataclass(frozen=True)
class Type:
    number: int
    file: int  # the number of a file whose weights are of this type
    weights: int  # in a block
    bytes: int


TYPES = {"f16": Type(1, 1, 1, 2), "q8_0": Type(8, 7, 32, 34), "q4_0": Type(2, 2, 32, 18)}


@dataclass(frozen=True)
class Shape:
    dimension: int
    layers: int
    heads: int
    kv_heads: int
    inner: int  # of the gated feed-forward network
    vocabulary: int

    def weights(self):
        return sum(elements(size) for _, size in tensors(self))


def tensors(shape):
    """Names and sizes, columns first, in the order of the file."""
    d, kv = shape.dimension, shape.dimension // shape.heads * shape.kv_heads
    yield "token_embd.weight", (d, shape.vocabulary)
    for layer in range(shape.layers):
        for name, size in (("attn_norm", (d,)), ("attn_q", (d, d)), ("attn_k", (d, kv)), ("attn_v", (d, kv)),
                           ("attn_output", (d, d)), ("ffn_norm", (d,)), ("ffn_gate", (d, shape.inner)),
                           ("ffn_up", (d, shape.inner)), ("ffn_down", (shape.inner, d))):
            yield f"blk.{layer}.{name}.weight", size
    yield "output_norm.weight", (d,)
    yield "output.weight", (d, shape.vocabulary)


def elements(size):
    return size[0] * (size[1] if len(size) == 2 else 1)


def bytes_of(size, type):
    if len(size) == 1:
        return 4 * size[0]
    return elements(size) // TYPES[type].weights * TYPES[type].bytes


def text(value):
    return struct.pack("<Q", len(value)) + value.encode()


def header(shape, type):
    entries = {"general.architecture": "llama", "general.name": "random weights", "general.alignment": ALIGNMENT,
               "general.file_type": TYPES[type].file, "llama.context_length": 4096,
               "llama.embedding_length": shape.dimension, "llama.block_count": shape.layers,
               "llama.feed_forward_length": shape.inner, "llama.attention.head_count": shape.heads,
               "llama.attention.head_count_kv": shape.kv_heads, "llama.attention.layer_norm_rms_epsilon": 1e-5,
               "llama.rope.dimension_count": shape.dimension // shape.heads, "llama.vocab_size": shape.vocabulary,
               "tokenizer.ggml.model": "none"}
    kinds = {int: (4, lambda value: struct.pack("<I", value)), float: (6, lambda value: struct.pack("<f", value)),
             str: (8, text)}
    everything = list(tensors(shape))
    made = [b"GGUF", struct.pack("<IQQ", 3, len(everything), len(entries))]
    for key, value in entries.items():
        number, packed = kinds[value.__class__]
        made.append(text(key) + struct.pack("<I", number) + packed(value))
    offset = 0
    for name, size in everything:
        made.append(text(name) + struct.pack(f"<I{len(size)}Q", len(size), *size) +
                    struct.pack("<IQ", F32 if len(size) == 1 else TYPES[type].number, offset))
        offset += padded(bytes_of(size, type))
    return b"".join(made)


def padded(size):
    return -(-size // ALIGNMENT) * ALIGNMENT


def random_blocks(type):
    """About a megabyte of blocks. Scales and halves stay small, so that no sum overflows and no weight is subnormal."""
    block = TYPES[type].bytes
    data = bytearray(os.urandom((1 << 20) // block * block))
    if type == "f16":
        for high in range(1, len(data), 2):
            data[high] = data[high] & 0x83 | 0x20  # sign and mantissa as they are, exponent of 1/128
    else:
        for begin in range(0, len(data), block):
            data[begin:begin + 2] = b"\x00\x10"  # half precision, 2^-11
    return bytes(data)


def write(path, shape, type):
    blocks = random_blocks(type)
    with open(path, "wb") as file:
        head = header(shape, type)
        file.write(head + bytes(padded(len(head)) - len(head)))
        for _, size in tensors(shape):
            count = bytes_of(size, type)
            source = struct.pack("<f", 1.0) * size[0] if len(size) == 1 else blocks
            for begin in range(0, count, len(source)):
                file.write(source[:min(len(source), count - begin)])
            file.write(bytes(padded(count) - count))
