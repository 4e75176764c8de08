#include "cel/times.h"

#include <fmt/core.h>

#include "api/timestamp.h"
#include "base/file.h"
#include "base/strings.h"
#include "json/number_text.h"

namespace skiff::cel {
namespace {

constexpr int64_t kDay = 86400;

int64_t days_from_civil(int64_t year, int month, int day) {
    year -= month <= 2;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

bool leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(int year, int month) {
    constexpr int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    return month == 2 && leap(year) ? 29 : days[month - 1];
}

// Reads exactly `count` digits; -1 when there are none.
int digits(std::string_view& text, int count) {
    if (text.size() < static_cast<size_t>(count)) return -1;
    int value = 0;
    for (int i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool skip(std::string_view& text, char c) {
    if (text.empty() || text[0] != c) return false;
    text.remove_prefix(1);
    return true;
}

bool read_date(std::string_view& text, int64_t& days) {
    int year = digits(text, 4);
    if (year < 0 || !skip(text, '-')) return false;
    int month = digits(text, 2);
    if (month < 1 || month > 12 || !skip(text, '-')) return false;
    int day = digits(text, 2);
    if (day < 1 || day > days_in(year, month)) return false;
    days = days_from_civil(year, month, day);
    return true;
}

bool read_offset(std::string_view& text, int64_t& offset) {
    if (skip(text, 'Z')) return true;
    int sign = skip(text, '+') ? 1 : skip(text, '-') ? -1 : 0;
    if (sign == 0) return false;
    int hours = digits(text, 2);
    if (hours < 0 || hours > 23 || !skip(text, ':')) return false;
    int minutes = digits(text, 2);
    if (minutes < 0 || minutes > 59) return false;
    offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

int64_t big_endian(std::string_view bytes, size_t at, int width) {
    uint64_t value = 0;
    for (int i = 0; i < width; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
    return width == 4 ? static_cast<int32_t>(value) : static_cast<int64_t>(value);
}

// The transitions of a TZif file (RFC 8536), version 2 block; the footer's rule is not read: the last transition goes on.
std::optional<int64_t> tzif_offset(std::string_view file, int64_t seconds) {
    constexpr size_t kHeader = 44;
    auto count = [&](size_t header, int field) { return static_cast<size_t>(big_endian(file, header + 20 + 4 * field, 4)); };
    if (file.size() < 2 * kHeader || file.substr(0, 4) != "TZif") return std::nullopt;
    size_t skipped = count(0, 3) * 5 + count(0, 4) * 6 + count(0, 5) + count(0, 2) * 8 + count(0, 1) + count(0, 0);
    size_t header = kHeader + skipped;
    if (header > file.size() || file.size() - header < kHeader || file.substr(header, 4) != "TZif") return std::nullopt;
    size_t times = count(header, 3), kinds = count(header, 4), body = header + kHeader;
    if (kinds == 0 || times > file.size() || kinds > 256 || body + times * 9 + kinds * 6 > file.size()) return std::nullopt;
    size_t kind = 0;
    for (size_t i = 0; i < times && big_endian(file, body + i * 8, 8) <= seconds; ++i) kind = static_cast<unsigned char>(file[body + times * 8 + i]);
    if (kind >= kinds) return std::nullopt;
    return big_endian(file, body + times * 9 + kind * 6, 4);
}

}  // namespace

CivilTime civil(int64_t seconds) {
    int64_t days = seconds / kDay, rest = seconds % kDay;
    if (rest < 0) {
        rest += kDay;
        --days;
    }
    CivilTime out;
    out.hour = static_cast<int>(rest / 3600);
    out.minute = static_cast<int>(rest / 60 % 60);
    out.second = static_cast<int>(rest % 60);
    out.weekday = static_cast<int>(((days + 4) % 7 + 7) % 7);
    int64_t z = days + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097, of_era = z - era * 146097;
    int64_t year_of_era = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * of_year + 2) / 153;
    out.day = static_cast<int>(of_year - (153 * month + 2) / 5 + 1);
    out.month = static_cast<int>(month < 10 ? month + 3 : month - 9);
    out.year = static_cast<int>(year_of_era + era * 400 + (out.month <= 2));
    out.day_of_year = static_cast<int>(days - days_from_civil(out.year, 1, 1));
    return out;
}

std::optional<Moment> parse_rfc3339(std::string_view text) {
    int64_t days = 0, offset = 0;
    if (!read_date(text, days) || (!skip(text, 'T') && !skip(text, 't'))) return std::nullopt;
    int hour = digits(text, 2);
    if (hour < 0 || hour > 23 || !skip(text, ':')) return std::nullopt;
    int minute = digits(text, 2);
    if (minute < 0 || minute > 59 || !skip(text, ':')) return std::nullopt;
    int second = digits(text, 2);
    if (second < 0 || second > 59) return std::nullopt;
    int32_t nanos = 0;
    if (skip(text, '.') || skip(text, ',')) {
        int32_t place = 100'000'000;
        size_t count = 0;
        for (; !text.empty() && text[0] >= '0' && text[0] <= '9'; text.remove_prefix(1), place /= 10, ++count) nanos += (text[0] - '0') * place;
        if (count == 0) return std::nullopt;
    }
    if (text == "z") text = "Z";
    if (!read_offset(text, offset) || !text.empty()) return std::nullopt;
    return Moment{days * kDay + hour * 3600 + minute * 60 + second - offset, nanos};
}

std::optional<Moment> parse_date(std::string_view text) {
    int64_t days = 0;
    if (!read_date(text, days) || !text.empty()) return std::nullopt;
    return Moment{days * kDay, 0};
}

std::string format_rfc3339(Moment moment) {
    CivilTime time = civil(moment.seconds);
    std::string out = fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", time.year, time.month, time.day, time.hour, time.minute, time.second);
    if (moment.nanos) {
        std::string fraction = fmt::format("{:09}", moment.nanos);
        fraction.erase(fraction.find_last_not_of('0') + 1);
        out += "." + fraction;
    }
    return out + "Z";
}

std::optional<int64_t> zone_offset(std::string_view zone, int64_t seconds) {
    if (zone.empty() || zone == "UTC" || zone == "Local") return 0;
    if (size_t colon = zone.find(':'); colon != std::string_view::npos) {
        std::string_view digits = zone.substr(0, colon);
        if (!digits.empty() && digits[0] == '+') digits.remove_prefix(1);
        auto hours = parse_int(digits), minutes = parse_int(zone.substr(colon + 1));
        if (!hours || !minutes || *hours < -10000 || *hours > 10000 || *minutes < -10000 || *minutes > 10000) return std::nullopt;
        return (zone[0] == '-' ? *hours * 60 - *minutes : *hours * 60 + *minutes) * 60;
    }
    if (zone.size() > 64 || zone[0] == '/' || zone.find("..") != std::string_view::npos || zone.find('\0') != std::string_view::npos) return std::nullopt;
    auto data = file::read("/usr/share/zoneinfo/" + std::string(zone), 1 << 20);
    if (!data.ok()) return std::nullopt;
    return tzif_offset(*data, seconds);
}

std::optional<int64_t> parse_duration_nanos(std::string_view text) {
    auto duration = api::parse_duration(text);
    if (!duration.ok()) return std::nullopt;
    return duration->count();
}

std::string format_duration_nanos(int64_t nanos) {
    double seconds = static_cast<double>(nanos / 1'000'000'000) + static_cast<double>(nanos % 1'000'000'000) / 1e9;
    if (seconds == 0) return "0s";
    json::Decimal decimal = json::shortest_decimal(seconds);
    std::string out = decimal.negative ? "-" : "";
    int size = static_cast<int>(decimal.digits.size());
    if (decimal.point <= 0) return out + "0." + std::string(static_cast<size_t>(-decimal.point), '0') + decimal.digits + "s";
    if (decimal.point >= size) return out + decimal.digits + std::string(static_cast<size_t>(decimal.point - size), '0') + "s";
    return out + decimal.digits.substr(0, static_cast<size_t>(decimal.point)) + "." + decimal.digits.substr(static_cast<size_t>(decimal.point)) + "s";
}

}  // namespace skiff::cel
