// SPDX-License-Identifier: Apache-2.0
#include "probes/kernels/stream.hpp"

#include <array>
#include <cstddef>

// Highway compiles what lies between HWY_BEFORE_NAMESPACE and HWY_AFTER_NAMESPACE once per instruction set by including
// this file again; the part under HWY_ONCE is compiled once and picks the best at run time.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "probes/kernels/stream.cpp"
#include <hwy/cache_control.h>
#include <hwy/foreach_target.h>
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace sextant::probes::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Vectors of so many bytes, also where the machine has wider ones.
template <class T, int bytes>
using Vectors = hn::CappedTag<T, bytes / int(sizeof(T))>;

template <Store store, class V, class D, class T>
HWY_INLINE void Put(V v, D d, T* to) {
  if constexpr (store == Store::nontemporal) {
    hn::Stream(v, d, to);
  } else {
    hn::Store(v, d, to);
  }
}

constexpr std::size_t page = 4096 / sizeof(std::uint64_t);  // elements

// Where vector number k of a turn begins, from the beginning of the turn: vectors of n elements follow each other, on each
// of the pages as many.
template <int unroll, int pages>
HWY_INLINE std::size_t Offset(std::size_t k, std::size_t n) {
  constexpr std::size_t in_a_row = unroll / pages;
  return k / in_a_row * page + k % in_a_row * n;
}

// Calls turn(i) where a turn begins, and rest(i) for each vector that no turn takes. Parts are whole lines, so vectors.
template <int unroll, int pages, class Turn, class Rest>
HWY_INLINE void EachTurn(std::size_t n, std::size_t count, Turn turn, Rest rest) {
  std::size_t i = 0;
  if constexpr (pages == 1) {
    for (; i + unroll * n <= count; i += unroll * n) turn(i);
  } else {
    for (; i + pages * page <= count; i += pages * page) {
      for (std::size_t k = 0; k < page; k += unroll / pages * n) turn(i + k);
    }
  }
  for (; i < count; i += n) rest(i);
}

// Calls step(i) where a vector begins.
template <int unroll, int pages, class Step>
HWY_INLINE void EachVector(std::size_t n, std::size_t count, Step step) {
  const auto turn = [&](std::size_t i) HWY_ATTR {
    for (std::size_t k = 0; k < unroll; ++k) step(i + Offset<unroll, pages>(k, n));
  };
  EachTurn<unroll, pages>(n, count, turn, step);
}

// Halved in registers: a store and as many loads as there are lanes would cost a first cache a fiftieth of a pass.
template <class D>
HWY_INLINE std::uint64_t XorOfLanes([[maybe_unused]] D d, hn::Vec<D> v) {
#if HWY_TARGET != HWY_SCALAR
  if constexpr (hn::MaxLanes(D()) > 1) {
    const hn::Half<D> half;
    return XorOfLanes(half, hn::Xor(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
  }
#endif
  return hn::GetLane(v);
}

// A load that nothing but its time is wanted of, which the compiler may therefore not leave out.
template <class D>
HWY_INLINE void Touch(D d, const std::uint64_t* from) {
  const auto v = hn::Load(d, from);
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  asm volatile("" : : "v"(v.raw));
#else
  asm volatile("" : : "m"(v));
#endif
}

// Combining every word takes a tenth of the rate of a first cache that gives two vectors a cycle: the additions meet the
// loads in the ports. So a pass combines one of each four vectors, by exclusive or, two in one instruction where there is
// one for it, and loads the other three.
template <int bytes, int unroll, int pages>
std::uint64_t Read(const Part& part, std::uint64_t first, std::uint64_t passes) {
  const Vectors<std::uint64_t, bytes> d;
  const std::size_t n = hn::Lanes(d), count = part.count;
  std::uint64_t* HWY_RESTRICT words = part.words(0).data();
  std::uint64_t left = 0;
  for (std::uint64_t pass = first; pass < first + passes; ++pass) {
    const std::size_t mark = combined_last(pass, count, n);
    if (mark < count) words[mark] += pass + 1;
    const std::uint64_t* const combined = words + pass % 4 * n;
    const std::array<const std::uint64_t*, 3> others{words + (pass + 1) % 4 * n, words + (pass + 2) % 4 * n,
                                                     words + (pass + 3) % 4 * n};
    auto all = hn::Zero(d);
    const auto touch_others = [&](std::size_t i) HWY_ATTR {
      for (const std::uint64_t* const other : others) Touch(d, other + i);
    };
    const auto turn = [&](std::size_t i) HWY_ATTR {
      if constexpr (unroll == 4) {
        all = hn::Xor(all, hn::Load(d, combined + i));
        touch_others(i);
      } else {
        for (std::size_t k = 0; k < unroll; k += 8) {
          const std::size_t one = i + Offset<unroll, pages>(k, n), two = i + Offset<unroll, pages>(k + 4, n);
          all = hn::Xor3(all, hn::Load(d, combined + one), hn::Load(d, combined + two));
          touch_others(one), touch_others(two);
        }
      }
    };
    EachTurn<unroll, pages>(n, count, turn, [&](std::size_t i) HWY_ATTR {
      if (combines(pass, i, n)) {
        all = hn::Xor(all, hn::Load(d, words + i));
      } else {
        Touch(d, words + i);
      }
    });
    left += XorOfLanes(d, all);
    if (mark < count) words[mark] -= pass + 1;
  }
  return left;
}

template <int bytes, int unroll, int pages, Store store>
std::uint64_t Write(const Part& part, std::uint64_t first, std::uint64_t passes) {
  const Vectors<std::uint64_t, bytes> d;
  std::uint64_t* HWY_RESTRICT to = part.words(0).data();
  std::uint64_t left = 0;
  for (std::uint64_t pass = first; pass < first + passes; ++pass) {
    const auto value = hn::Set(d, pass + 1);
    EachVector<unroll, pages>(hn::Lanes(d), part.count, [&](std::size_t i) HWY_ATTR { Put<store>(value, d, to + i); });
    left += to[place_of_pass(pass, part.count)];
  }
  return left;
}

template <int bytes, int unroll, int pages, Store store>
std::uint64_t Copy(const Part& part, std::uint64_t first, std::uint64_t passes) {
  const Vectors<std::uint64_t, bytes> d;
  std::uint64_t* HWY_RESTRICT to = part.words(0).data();
  std::uint64_t* HWY_RESTRICT from = part.words(1).data();
  std::uint64_t left = 0;
  for (std::uint64_t pass = first; pass < first + passes; ++pass) {
    const std::size_t place = place_of_pass(pass, part.count);
    const std::uint64_t before = from[place];
    from[place] = pass + 1;
    EachVector<unroll, pages>(hn::Lanes(d), part.count,
                              [&](std::size_t i) HWY_ATTR { Put<store>(hn::Load(d, from + i), d, to + i); });
    left += to[place];
    from[place] = before;
  }
  return left;
}

template <int bytes, int unroll, int pages, Store store>
std::uint64_t Triad(const Part& part, std::uint64_t first, std::uint64_t passes) {
  const Vectors<double, bytes> d;
  double* HWY_RESTRICT to = part.doubles(0).data();
  const double* HWY_RESTRICT b = part.doubles(1).data();
  const double* HWY_RESTRICT c = part.doubles(2).data();
  std::uint64_t left = 0;
  for (std::uint64_t pass = first; pass < first + passes; ++pass) {
    const auto scalar = hn::Set(d, scalar_of_pass(pass));
    EachVector<unroll, pages>(hn::Lanes(d), part.count, [&](std::size_t i) HWY_ATTR {
      Put<store>(hn::MulAdd(scalar, hn::Load(d, c + i), hn::Load(d, b + i)), d, to + i);
    });
    left += std::uint64_t(to[place_of_pass(pass, part.count)]);
  }
  return left;
}

using Passes = std::uint64_t (*)(const Part&, std::uint64_t first, std::uint64_t passes);

template <int bytes, int unroll, int pages = 1>
Passes Chosen(Stream stream, Store store) {
  const bool past = store == Store::nontemporal;
  constexpr Store regular = Store::regular, nontemporal = Store::nontemporal;
  switch (stream) {
    case Stream::read:
      return Read<bytes, unroll, pages>;
    case Stream::write:
      return past ? Write<bytes, unroll, pages, nontemporal> : Write<bytes, unroll, pages, regular>;
    case Stream::copy:
      return past ? Copy<bytes, unroll, pages, nontemporal> : Copy<bytes, unroll, pages, regular>;
    case Stream::triad:
      return past ? Triad<bytes, unroll, pages, nontemporal> : Triad<bytes, unroll, pages, regular>;
  }
  return nullptr;
}

// Nothing where this instruction set has no vectors of so many bytes. Single words are for those without vectors.
template <int bytes>
Passes OfWidth(Stream stream, Store store, const Shape& shape) {
  if constexpr (bytes <= HWY_MAX_BYTES && (bytes > 8 || HWY_MAX_BYTES == 8)) {
    if (hn::Lanes(Vectors<std::uint64_t, bytes>()) * sizeof(std::uint64_t) != bytes) return nullptr;
    if (shape == Shape{bytes, 4, 1}) return Chosen<bytes, 4>(stream, store);
    if (shape == Shape{bytes, 8, 1}) return Chosen<bytes, 8>(stream, store);
    if (shape == Shape{bytes, 16, 1}) return Chosen<bytes, 16>(stream, store);
    if (shape == Shape{bytes, 16, 4}) return Chosen<bytes, 16, 4>(stream, store);
  }
  return nullptr;
}

Passes Find(Stream stream, Store store, const Shape& shape) {
  if (shape.vector_bytes == 64) return OfWidth<64>(stream, store, shape);
  if (shape.vector_bytes == 32) return OfWidth<32>(stream, store, shape);
  if (shape.vector_bytes == 16) return OfWidth<16>(stream, store, shape);
  if (shape.vector_bytes == 8) return OfWidth<8>(stream, store, shape);
  return nullptr;
}

bool Has(const Shape& shape) { return Find(Stream::read, Store::regular, shape) != nullptr; }

std::uint64_t StreamPasses(Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first,
                           std::uint64_t passes) {
  const std::uint64_t left = Find(stream, store, shape)(part, first, passes);
  if (store == Store::nontemporal) hwy::FlushStream();
  return left;
}

const char* Target() { return hwy::TargetName(HWY_TARGET); }

}  // namespace sextant::probes::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
#include <stdexcept>
#include <utility>

namespace sextant::probes {

HWY_EXPORT(Has);
HWY_EXPORT(StreamPasses);
HWY_EXPORT(Target);

std::vector<Shape> stream_shapes() {
  std::vector<Shape> shapes;
  for (const int vector_bytes : {64, 32, 16, 8}) {
    for (const auto& [unroll, pages] : {std::pair(16, 1), {8, 1}, {4, 1}, {16, 4}}) {
      const Shape shape{vector_bytes, unroll, pages};
      if (HWY_DYNAMIC_DISPATCH(Has)(shape)) shapes.push_back(shape);
    }
  }
  return shapes;
}

int arrays_of(Stream stream) { return stream == Stream::triad ? 3 : stream == Stream::copy ? 2 : 1; }

std::uint64_t stream_passes(Stream stream, Store store, const Shape& shape, const Part& part, std::uint64_t first,
                            std::uint64_t passes) {
  if (!HWY_DYNAMIC_DISPATCH(Has)(shape)) throw std::invalid_argument("this machine has no such vectors");
  return HWY_DYNAMIC_DISPATCH(StreamPasses)(stream, store, shape, part, first, passes);
}

const char* simd_target() { return HWY_DYNAMIC_DISPATCH(Target)(); }

}  // namespace sextant::probes
#endif
