#pragma once
#include <fmt/core.h>
#include <string_view>

// Diagnostics for people, on standard error. Every line passes the redactor. Safe for several threads.
namespace polyarch::log {

enum class Level { debug, info, warning, error, off };

// `color`: whether level names are coloured. Call once, before other threads start.
void setup(Level level, bool color);
void write(Level level, std::string_view message);

template <class... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::debug, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::info, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::warning, fmt::format(format, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
  write(Level::error, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace polyarch::log
