// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cassert>
#include <string>
#include <utility>
#include <variant>

namespace headscope {

enum class ErrorCode {
    Usage,     ///< an option, dial, head or position that cannot be (exit code 2)
    Input,     ///< the contents of a file or text are not what they should be (exit code 1)
    Io,        ///< the operating system refused: no such file, no permission, no space (exit code 1)
    Cancelled, ///< a stop was asked for; nobody is told
};

/// What went wrong, where, and what to do, in words for the person who gave the input.
struct Error {
    ErrorCode code = ErrorCode::Input;
    std::string place;  ///< the option, the file, the tensor: "--heads", "layer.npz: q.weight"
    std::string detail; ///< one clause, with found and expected and what to do

    /// "place: detail", on one line.
    std::string message() const { return place.empty() ? detail : place + ": " + detail; }
    friend bool operator==(const Error&, const Error&) = default;
};

/// A value or the Error that kept it from being made. Wrong input travels as a value; wrong code asserts.
template <class T> class [[nodiscard]] Result {
public:
    Result(T value) : m_state(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : m_state(std::in_place_index<1>, std::move(error)) {}

    bool ok() const { return m_state.index() == 0; }
    explicit operator bool() const { return ok(); }

    T& value() { return *check(std::get_if<0>(&m_state)); }
    const T& value() const { return *check(std::get_if<0>(&m_state)); }
    T& operator*() { return value(); }
    const T& operator*() const { return value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }
    Error& error() { return *check(std::get_if<1>(&m_state)); }
    const Error& error() const { return *check(std::get_if<1>(&m_state)); }

private:
    template <class P> static P* check(P* p) {
        assert(p);
        return p;
    }
    std::variant<T, Error> m_state;
};

/// The outcome of something that makes no value.
template <> class [[nodiscard]] Result<void> : public Result<std::monostate> {
public:
    Result() : Result<std::monostate>(std::monostate{}) {}
    Result(Error error) : Result<std::monostate>(std::move(error)) {}
};
using Status = Result<void>;

} // namespace headscope
