// SPDX-License-Identifier: GPL-3.0-or-later
// Knows json: for .cpp files.
#pragma once

#include "core/session/session.h"

#include <nlohmann/json_fwd.hpp>

#include <functional>

namespace headscope {

/// Takes a session out of parsed JSON, key by key; the first thing that is wrong is kept with its key.
class SessionReader {
public:
    Session read(const nlohmann::json& document);
    const std::optional<Error>& error() const { return m_error; }

private:
    using Json = nlohmann::json;
    struct RealRange {
        bool zero; ///< 0 is allowed
        double high;
    };

    void fail(const std::string& key, const std::string& detail);
    void failType(const std::string& key, const std::string& expected, const Json& found);
    const Json* find(const Json& object, const char* key) const;
    void enter(const Json& object, const char* key, const std::function<void(const Json&)>& body);

    void checkHead(const Json& document);
    void readSandbox(const Json& object, Sandbox& out);
    void readMask(const Json& object, MaskSpec& out);
    std::shared_ptr<const MaskGrid> readGrid(const Json& object);
    void readView(const Json& object, ViewState& out);

    template <class T> void integer(const Json& object, const char* key, T low, T high, T& out);
    template <class T> void wholeNumber(const Json& value, const std::string& key, T low, T high, T& out);
    void optionalInteger(const Json& object, const char* key, int low, std::optional<int>& out);
    void real(const Json& object, const char* key, RealRange range, double& out);
    void flag(const Json& object, const char* key, bool& out);
    void text(const Json& object, const char* key, std::string& out);
    void fileName(const Json& object, const char* key, std::string& out);
    void places(const Json& object, const char* key, std::vector<int>& out);
    void sortedPlaces(const Json& object, const char* key, std::vector<int>& out);
    template <class E> void word(const Json& value, const std::string& key, E& out);
    template <class E> void choice(const Json& object, const char* key, E& out);

    std::string m_path; ///< "sandbox.mask.": of the object being read
    std::optional<Error> m_error;
};

} // namespace headscope
