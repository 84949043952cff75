#pragma once
#include <string>
#include <vector>

#include "report/run.hpp"

// The words that every report uses for the same facts.
namespace polyarch::report {

std::string_view mark(Result result);  // "✓"
// "passed", "failed (optional)"
std::string result_words(const Leg& leg);
std::string mode(const Leg& leg);                   // "native"
std::string cached(const Leg& leg);                 // "5 of 7"; "-" when nothing ran
std::string size(const Leg& leg);                   // "12 MB"; "-" when there is no image
std::string short_digest(std::string_view digest);  // "sha256:0123456789ab"; "-" for none
std::string passed_tests(const Leg& leg);           // "2 of 3"; "-" for none
bool has_tests(const Run& run);
// "Dockerfile:12: message"
std::string located(const Warning& warning);
// "published in 41s", "built 3 platforms in 41s", "failed after 41s: …"
std::string outcome(const Run& run);

}  // namespace polyarch::report
