// semver() and isSemver(): Semantic Versioning 2.0, with Kubernetes' normalisation (v1.2 is 1.2.0).
#include <charconv>

#include <fmt/core.h>

#include "api/go_text.h"
#include "base/strings.h"
#include "cel/functions.h"

namespace skiff::cel {
namespace {

struct Version : Opaque {
    uint64_t numbers[3] = {0, 0, 0};
    std::vector<std::string> prerelease;
    std::string build;
    std::string_view type_name() const override { return "kubernetes.Semver"; }
    bool equals(const Opaque& other) const override;
    std::string text() const override {
        std::string out = fmt::format("{}.{}.{}", numbers[0], numbers[1], numbers[2]);
        if (!prerelease.empty()) out += "-" + join(prerelease, ".");
        return build.empty() ? out : out + "+" + build;
    }
};

bool numeric(std::string_view text) { return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos; }
bool alphanumeric(std::string_view text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789") == std::string_view::npos;
}
bool leading_zero(std::string_view text) { return text.size() > 1 && text[0] == '0'; }

Status number(std::string_view text, std::string_view what, uint64_t& out) {
    if (!numeric(text)) return error(Reason::BadRequest, "Invalid character(s) found in {} number {}", what, api::go_quote(text));
    if (leading_zero(text)) return error(Reason::BadRequest, "{}{} number must not contain leading zeroes {}", static_cast<char>(what[0] - 32), what.substr(1), api::go_quote(text));
    if (std::from_chars(text.data(), text.data() + text.size(), out).ec != std::errc())
        return error(Reason::BadRequest, "strconv.ParseUint: parsing {}: value out of range", api::go_quote(text));
    return {};
}

std::vector<std::string> three_parts(std::string_view text) {
    std::vector<std::string> out;
    for (int i = 0; i < 2; ++i) {
        size_t dot = text.find('.');
        if (dot == std::string_view::npos) break;
        out.emplace_back(text.substr(0, dot));
        text.remove_prefix(dot + 1);
    }
    out.emplace_back(text);
    return out;
}

Result<Version> parse(std::string_view text) {
    if (text.empty()) return error(Reason::BadRequest, "Version string empty");
    auto parts = three_parts(text);
    if (parts.size() != 3) return error(Reason::BadRequest, "No Major.Minor.Patch elements found");
    Version out;
    TRY(number(parts[0], "major", out.numbers[0]));
    TRY(number(parts[1], "minor", out.numbers[1]));
    std::string_view patch = parts[2], build, prerelease;
    size_t plus = patch.find('+');
    bool has_build = plus != std::string_view::npos;
    if (has_build) build = patch.substr(plus + 1), patch = patch.substr(0, plus);
    size_t dash = patch.find('-');
    bool has_prerelease = dash != std::string_view::npos;
    if (has_prerelease) prerelease = patch.substr(dash + 1), patch = patch.substr(0, dash);
    TRY(number(patch, "patch", out.numbers[2]));
    for (size_t begin = 0; has_prerelease && begin <= prerelease.size();) {
        size_t end = std::min(prerelease.find('.', begin), prerelease.size());
        std::string_view part = prerelease.substr(begin, end - begin);
        if (part.empty()) return error(Reason::BadRequest, "Prerelease is empty");
        if (numeric(part) && leading_zero(part)) return error(Reason::BadRequest, "Numeric PreRelease version must not contain leading zeroes {}", api::go_quote(part));
        if (!alphanumeric(part)) return error(Reason::BadRequest, "Invalid character(s) found in prerelease {}", api::go_quote(part));
        out.prerelease.emplace_back(part);
        begin = end + 1;
    }
    for (size_t begin = 0; has_build && begin <= build.size();) {
        size_t end = std::min(build.find('.', begin), build.size());
        std::string_view part = build.substr(begin, end - begin);
        if (part.empty()) return error(Reason::BadRequest, "Build meta data is empty");
        if (!alphanumeric(part)) return error(Reason::BadRequest, "Invalid character(s) found in build meta data {}", api::go_quote(part));
        begin = end + 1;
    }
    out.build = build;
    return out;
}

Result<Version> normalize(std::string_view text) {
    if (text.substr(0, 1) == "v") text.remove_prefix(1);
    auto parts = three_parts(text);
    for (auto& part : parts) {
        if (part.size() < 2) continue;
        part.erase(0, std::min(part.find_first_not_of('0'), part.size()));
        if (part.empty() || part[0] < '0' || part[0] > '9') part.insert(0, "0");
    }
    if (parts.size() < 3 && parts.back().find_first_of("+-") != std::string::npos) return error(Reason::BadRequest, "short version cannot contain PreRelease/Build meta data");
    while (parts.size() < 3) parts.emplace_back("0");
    return parse(join(parts, "."));
}

Result<Version> read(Arguments args) { return args.size() > 1 && args[1].as_bool() ? normalize(args[0].text()) : parse(args[0].text()); }

int compare_parts(const std::string& a, const std::string& b) {
    bool an = numeric(a), bn = numeric(b);
    if (an != bn) return an ? -1 : 1;
    if (an && a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
    int order = a.compare(b);
    return order < 0 ? -1 : order > 0 ? 1 : 0;
}

int compare_versions(const Version& a, const Version& b) {
    for (int i = 0; i < 3; ++i)
        if (a.numbers[i] != b.numbers[i]) return a.numbers[i] < b.numbers[i] ? -1 : 1;
    if (a.prerelease.empty() != b.prerelease.empty()) return a.prerelease.empty() ? 1 : -1;
    for (size_t i = 0; i < std::min(a.prerelease.size(), b.prerelease.size()); ++i)
        if (int order = compare_parts(a.prerelease[i], b.prerelease[i])) return order;
    return a.prerelease.size() < b.prerelease.size() ? -1 : a.prerelease.size() > b.prerelease.size() ? 1 : 0;
}

bool Version::equals(const Opaque& other) const { return compare_versions(*this, static_cast<const Version&>(other)) == 0; }

const Version& of(const Value& value) { return *static_cast<const Version*>(value.opaque()); }

Value value_of(Result<Version> version) {
    if (!version.ok()) return Value::error(version.status().message());
    return Value::opaque(std::make_shared<Version>(std::move(*version)));
}

Value semver(Arguments args, Run&) { return value_of(read(args)); }

Value is_semver(Arguments args, Run&) { return Value::of(read(args).ok()); }

template <int I>
Value component(Arguments args, Run&) {
    return Value::of_int(static_cast<int64_t>(of(args[0]).numbers[I]));
}

constexpr const char* kType = "kubernetes.Semver";
constexpr const char* kSelf = ".kubernetes.Semver";
constexpr const char* kPair = ".kubernetes.Semver, kubernetes.Semver";

constexpr FunctionRow kRows[] = {
    {"semver", "string_to_semver", "string", kType, &semver},
    {"semver", "string_bool_to_semver", "string, bool", kType, &semver},
    {"isSemver", "is_semver_string", "string", "bool", &is_semver},
    {"isSemver", "is_semver_string_bool", "string, bool", "bool", &is_semver},
    {"isGreaterThan", "semver_is_greater_than", kPair, "bool", [](Arguments args, Run&) { return Value::of(compare_versions(of(args[0]), of(args[1])) > 0); }},
    {"isLessThan", "semver_is_less_than", kPair, "bool", [](Arguments args, Run&) { return Value::of(compare_versions(of(args[0]), of(args[1])) < 0); }},
    {"compareTo", "semver_compare_to", kPair, "int", [](Arguments args, Run&) { return Value::of_int(compare_versions(of(args[0]), of(args[1]))); }},
    {"major", "semver_major", kSelf, "int", &component<0>},
    {"minor", "semver_minor", kSelf, "int", &component<1>},
    {"patch", "semver_patch", kSelf, "int", &component<2>},
};

}  // namespace

Value make_version(std::string_view text) { return value_of(parse(text)); }

std::span<const FunctionRow> version_rows() { return kRows; }

}  // namespace skiff::cel
