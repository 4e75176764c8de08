// Logging: one line an event, "time level component message key=value ...", to stderr. Thread-safe; a line is one write(2).
// Values that hold spaces or quotes are quoted. Never pass a token, a Secret or a request body.
#pragma once

#include <fmt/format.h>

#include <initializer_list>
#include <string>
#include <string_view>

namespace skiff::log {

enum class Level { Debug, Info, Warn, Error };

void set_level(Level level);
Level level();
// "debug" "info" "warn" "error"; false when unknown.
bool parse_level(std::string_view text, Level& out);

// One key=value of a line: log::Field("pod", key), log::Field("revision", 17).
struct Field {
    std::string key, value;
    template <typename T>
    Field(std::string_view k, const T& v) : key(k), value(fmt::format("{}", v)) {}
};

void write(Level level, std::string_view component, std::string_view message, std::initializer_list<Field> fields = {});

inline void debug(std::string_view component, std::string_view message, std::initializer_list<Field> fields = {}) {
    if (level() <= Level::Debug) write(Level::Debug, component, message, fields);
}
inline void info(std::string_view component, std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Info, component, message, fields);
}
inline void warn(std::string_view component, std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Warn, component, message, fields);
}
inline void error(std::string_view component, std::string_view message, std::initializer_list<Field> fields = {}) {
    write(Level::Error, component, message, fields);
}

}  // namespace skiff::log
