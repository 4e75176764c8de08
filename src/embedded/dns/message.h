// DNS messages on the wire (RFC 1035, 3596 AAAA, 2782 SRV, 6891 EDNS size). Parsing is total: any bytes give a message or nothing, names
// are bounded, compression pointers only go back. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::dns {

constexpr uint16_t kTypeA = 1, kTypeNs = 2, kTypeCname = 5, kTypeSoa = 6, kTypePtr = 12, kTypeTxt = 16, kTypeAaaa = 28, kTypeSrv = 33,
                   kTypeOpt = 41, kTypeAny = 255;
enum class Code : uint8_t { NoError = 0, FormatError = 1, ServerFailure = 2, NameError = 3, NotImplemented = 4, Refused = 5 };

struct Question {
    std::string name;                    // lower case, dots, no trailing dot; "" is the root
    uint16_t type = 0;
    std::string raw_name;                // as it was asked, for the answer (0x20 case games)
};

struct Query {
    uint16_t id = 0;
    uint16_t flags = 0;
    Question question;
    uint16_t udp_size = 512;             // from EDNS
    bool edns = false;
};

struct Record {
    std::string name;
    uint16_t type = 0;
    uint32_t ttl_s = 5;
    std::string data;                    // wire form; made by the functions below
};
Record record_a(std::string name, std::string_view ip);        // A or AAAA by the address's form
Record record_name(std::string name, uint16_t type, std::string_view target);   // CNAME, PTR, NS
Record record_srv(std::string name, uint16_t port, std::string_view target);
Record record_txt(std::string name, std::string_view text);
Record record_soa(std::string domain);

struct Answer {
    Code code = Code::NoError;
    bool authoritative = true;
    std::vector<Record> records, authority, additional;
};

std::optional<Query> parse_query(std::string_view packet);
// size_max cuts the answer at a record and sets TC.
std::string write_answer(const Query& query, const Answer& answer, size_t size_max);
std::string write_query(uint16_t id, const Question& question);
// Of an answer packet: smallest TTL of its records (nothing when malformed).
std::optional<uint32_t> answer_ttl(std::string_view packet);
// Does the packet answer this question? (id and question compared)
bool answers(std::string_view packet, uint16_t id, const Question& question);
void set_id(std::string& packet, uint16_t id);
bool truncated(std::string_view packet);

}  // namespace skiff::dns
