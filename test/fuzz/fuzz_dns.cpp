// Questions and answers that come over UDP and TCP; a question that was read gets an answer that can be read.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "embedded/dns/message.h"

using namespace skiff;

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    std::string packet(reinterpret_cast<const char*>(data), size);
    (void)dns::answer_ttl(packet);
    (void)dns::truncated(packet);
    auto query = dns::parse_query(packet);
    if (!query) return 0;
    dns::set_id(packet, 7);
    (void)dns::answers(packet, 7, query->question);
    dns::Answer answer;
    answer.records.push_back(dns::record_a(query->question.name, "10.0.0.1"));
    answer.records.push_back(dns::record_txt(query->question.name, query->question.raw_name));
    const std::string written = dns::write_answer(*query, answer, 512);
    if (written.size() > 512 || !dns::answers(written, query->id, query->question)) abort();
    return 0;
}
