#include "embedded/dns/message.h"

#include <arpa/inet.h>
#include <sys/socket.h>

#include <algorithm>

#include "base/strings.h"

namespace skiff::dns {

namespace {

constexpr size_t kHeaderBytes = 12, kNameBytesMax = 255, kLabelBytesMax = 63;
constexpr int kPointersMax = 32;
constexpr uint16_t kResponse = 0x8000, kAuthoritative = 0x0400, kTruncated = 0x0200, kRecursionAvailable = 0x0080, kOpcodeMask = 0x7800;
constexpr uint16_t kEchoed = 0x0110;   // RD and CD go back as they came

uint16_t get16(std::string_view bytes, size_t at) {
    return static_cast<uint16_t>((static_cast<unsigned char>(bytes[at]) << 8) | static_cast<unsigned char>(bytes[at + 1]));
}
uint32_t get32(std::string_view bytes, size_t at) { return (static_cast<uint32_t>(get16(bytes, at)) << 16) | get16(bytes, at + 2); }
void put16(std::string& out, uint16_t value) {
    out += static_cast<char>(value >> 8);
    out += static_cast<char>(value);
}
void put32(std::string& out, uint32_t value) {
    put16(out, static_cast<uint16_t>(value >> 16));
    put16(out, static_cast<uint16_t>(value));
}

void put_name(std::string& out, std::string_view name) {
    for (auto label : split_views(name, '.')) {
        if (label.empty() || label.size() > kLabelBytesMax) continue;
        out += static_cast<char>(label.size());
        out += label;
    }
    out += '\0';
}

// Reads a name at `at` and moves it behind; false when malformed.
bool read_name(std::string_view packet, size_t& at, std::string& name) {
    size_t here = at;
    bool jumped = false;
    for (int pointers = 0; here < packet.size();) {
        unsigned char length = static_cast<unsigned char>(packet[here]);
        if (length == 0) {
            if (!jumped) at = here + 1;
            return true;
        }
        if ((length & 0xc0) == 0xc0) {
            if (here + 1 >= packet.size() || ++pointers > kPointersMax) return false;
            size_t target = get16(packet, here) & 0x3fff;
            if (target >= here) return false;
            if (!jumped) at = here + 2;
            jumped = true;
            here = target;
            continue;
        }
        if (length > kLabelBytesMax || here + 1 + length > packet.size() || name.size() + length + 1 > kNameBytesMax) return false;
        if (!name.empty()) name += '.';
        name += packet.substr(here + 1, length);
        here += 1u + length;
    }
    return false;
}

// Walks the records after the questions; false when malformed.
template <typename F>
bool each_record(std::string_view packet, F&& visit) {
    if (packet.size() < kHeaderBytes) return false;
    size_t at = kHeaderBytes;
    for (int i = get16(packet, 4); i > 0; --i) {
        std::string name;
        if (!read_name(packet, at, name) || at + 4 > packet.size()) return false;
        at += 4;
    }
    int records = get16(packet, 6) + get16(packet, 8) + get16(packet, 10);
    for (; records > 0; --records) {
        std::string name;
        if (!read_name(packet, at, name) || at + 10 > packet.size()) return false;
        uint16_t type = get16(packet, at), klass = get16(packet, at + 2), size = get16(packet, at + 8);
        uint32_t ttl = get32(packet, at + 4);
        at += 10;
        if (at + size > packet.size()) return false;
        visit(type, klass, ttl);
        at += size;
    }
    return true;
}

bool put_record(std::string& out, const Record& record, std::string_view question_name, size_t size_max) {
    size_t before = out.size();
    if (lower(record.name) == lower(question_name)) put16(out, 0xc000 | kHeaderBytes);
    else put_name(out, record.name);
    put16(out, record.type);
    put16(out, 1);
    put32(out, record.ttl_s);
    put16(out, static_cast<uint16_t>(record.data.size()));
    out += record.data;
    if (out.size() <= size_max) return true;
    out.resize(before);
    return false;
}

}  // namespace

Record record_a(std::string name, std::string_view ip) {
    const bool six = ip.find(':') != std::string_view::npos;
    std::string data(six ? 16 : 4, '\0');
    ::inet_pton(six ? AF_INET6 : AF_INET, std::string(ip).c_str(), data.data());
    return {std::move(name), six ? kTypeAaaa : kTypeA, 5, std::move(data)};
}

Record record_name(std::string name, uint16_t type, std::string_view target) {
    Record record{std::move(name), type, 5, {}};
    put_name(record.data, target);
    return record;
}

Record record_srv(std::string name, uint16_t port, std::string_view target) {
    Record record{std::move(name), kTypeSrv, 5, {}};
    put16(record.data, 0);
    put16(record.data, 100);
    put16(record.data, port);
    put_name(record.data, target);
    return record;
}

Record record_txt(std::string name, std::string_view text) {
    std::string data(1, static_cast<char>(std::min<size_t>(text.size(), 255)));
    data += text.substr(0, 255);
    return {std::move(name), kTypeTxt, 5, std::move(data)};
}

Record record_soa(std::string domain) {
    Record record{domain, kTypeSoa, 5, {}};
    put_name(record.data, "ns.dns." + domain);
    put_name(record.data, "hostmaster." + domain);
    for (uint32_t number : {1u, 7200u, 1800u, 86400u, 5u}) put32(record.data, number);
    return record;
}

std::optional<Query> parse_query(std::string_view packet) {
    if (packet.size() < kHeaderBytes) return std::nullopt;
    Query query;
    query.id = get16(packet, 0);
    query.flags = get16(packet, 2);
    if ((query.flags & kResponse) || (query.flags & kOpcodeMask) || get16(packet, 4) != 1) return std::nullopt;
    size_t at = kHeaderBytes;
    if (!read_name(packet, at, query.question.raw_name) || at + 4 > packet.size()) return std::nullopt;
    // A label with a dot in it would be answered as two, to nobody.
    std::string same;
    put_name(same, query.question.raw_name);
    if (same != packet.substr(kHeaderBytes, at - kHeaderBytes)) return std::nullopt;
    query.question.type = get16(packet, at);
    if (get16(packet, at + 2) != 1) return std::nullopt;   // class IN
    query.question.name = lower(query.question.raw_name);
    each_record(packet, [&](uint16_t type, uint16_t klass, uint32_t) {
        if (type != kTypeOpt) return;
        query.edns = true;
        query.udp_size = std::clamp<uint16_t>(klass, 512, 4096);
    });
    return query;
}

std::string write_answer(const Query& query, const Answer& answer, size_t size_max) {
    std::string out;
    put16(out, query.id);
    uint16_t flags = kResponse | kRecursionAvailable | (query.flags & kEchoed) | static_cast<uint16_t>(answer.code);
    if (answer.authoritative) flags |= kAuthoritative;
    put16(out, flags);
    out.append(8, '\0');
    put_name(out, query.question.raw_name);
    put16(out, query.question.type);
    put16(out, 1);
    const size_t room = size_max - (query.edns ? 11 : 0);
    uint16_t counts[4] = {1, 0, 0, 0};
    const std::vector<Record>* sections[] = {&answer.records, &answer.authority, &answer.additional};
    for (int i = 0; i < 3; ++i) {
        for (const auto& record : *sections[i]) {
            if (!put_record(out, record, query.question.raw_name, room)) {
                if (i == 0) out[2] = static_cast<char>(out[2] | (kTruncated >> 8));
                break;
            }
            ++counts[i + 1];
        }
    }
    if (query.edns) {
        out += '\0';
        put16(out, kTypeOpt);
        put16(out, 1232);
        put32(out, 0);
        put16(out, 0);
        ++counts[3];
    }
    for (int i = 0; i < 4; ++i) {
        out[static_cast<size_t>(4 + 2 * i)] = static_cast<char>(counts[i] >> 8);
        out[static_cast<size_t>(5 + 2 * i)] = static_cast<char>(counts[i]);
    }
    return out;
}

std::string write_query(uint16_t id, const Question& question) {
    std::string out;
    put16(out, id);
    put16(out, 0x0100);
    put16(out, 1);
    put16(out, 0);
    put16(out, 0);
    put16(out, 1);
    put_name(out, question.raw_name);
    put16(out, question.type);
    put16(out, 1);
    out += '\0';
    put16(out, kTypeOpt);
    put16(out, 1232);
    put32(out, 0);
    put16(out, 0);
    return out;
}

std::optional<uint32_t> answer_ttl(std::string_view packet) {
    uint32_t smallest = 30;
    bool any = false;
    bool whole = each_record(packet, [&](uint16_t type, uint16_t, uint32_t ttl) {
        if (type == kTypeOpt) return;
        any = true;
        smallest = std::min(smallest, ttl);
    });
    if (!whole) return std::nullopt;
    return any ? smallest : 5;
}

bool answers(std::string_view packet, uint16_t id, const Question& question) {
    if (packet.size() < kHeaderBytes || get16(packet, 0) != id || !(get16(packet, 2) & kResponse) || get16(packet, 4) != 1) return false;
    size_t at = kHeaderBytes;
    std::string name;
    if (!read_name(packet, at, name) || at + 4 > packet.size()) return false;
    return lower(name) == question.name && get16(packet, at) == question.type;
}

void set_id(std::string& packet, uint16_t id) {
    packet[0] = static_cast<char>(id >> 8);
    packet[1] = static_cast<char>(id);
}

bool truncated(std::string_view packet) { return packet.size() >= kHeaderBytes && (get16(packet, 2) & kTruncated); }

}  // namespace skiff::dns
