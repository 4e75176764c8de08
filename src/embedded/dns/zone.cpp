#include "embedded/dns/zone.h"

#include <arpa/inet.h>

#include <algorithm>

#include "base/strings.h"

namespace skiff::dns {

namespace {

constexpr std::string_view kSpecVersion = "1.1.0";

bool wants(uint16_t asked, uint16_t type) { return asked == type || asked == kTypeAny; }
bool is_six(const std::string& ip) { return ip.find(':') != std::string::npos; }

std::string endpoint_label(const ServiceEndpoint& endpoint) {
    if (!endpoint.hostname.empty()) return endpoint.hostname;
    return replace_all(replace_all(endpoint.ip, ".", "-"), ":", "-");
}

void add_addresses(Answer& answer, const std::string& name, uint16_t asked, const std::vector<std::string>& ips) {
    for (const auto& ip : ips)
        if (wants(asked, is_six(ip) ? kTypeAaaa : kTypeA)) answer.records.push_back(record_a(name, ip));
}

// "1-2-3-4" -> 1.2.3.4; "" when it is no address.
std::string undash(const std::string& label) {
    unsigned char bytes[16];
    auto four = replace_all(label, "-", ".");
    if (::inet_pton(AF_INET, four.c_str(), bytes) == 1) return four;
    auto six = replace_all(label, "-", ":");
    return ::inet_pton(AF_INET6, six.c_str(), bytes) == 1 ? six : "";
}

// The address of an in-addr.arpa or ip6.arpa name, "" when malformed.
std::string reverse_ip(const std::string& name) {
    auto labels = split(name, '.');
    std::reverse(labels.begin(), labels.end());
    if (labels.size() == 6 && labels[1] == "in-addr") return join({labels[2], labels[3], labels[4], labels[5]}, ".");
    if (labels.size() != 34 || labels[1] != "ip6") return "";
    std::string text;
    for (size_t i = 2; i < 34; ++i) {
        text += labels[i];
        if ((i - 1) % 4 == 0 && i != 33) text += ':';
    }
    unsigned char bytes[16];
    char shortest[INET6_ADDRSTRLEN];
    if (::inet_pton(AF_INET6, text.c_str(), bytes) != 1) return "";
    return ::inet_ntop(AF_INET6, bytes, shortest, sizeof shortest);
}

void add_srv(Answer& answer, const Question& question, const ServiceNames& service, const std::string& base, const std::string& port,
             const std::string& protocol) {
    auto fits = [&](const ServicePort& p) { return (port == "*" || p.name == port) && (protocol == "*" || p.protocol == protocol); };
    if (!service.cluster_ips.empty()) {
        for (const auto& p : service.ports)
            if (fits(p)) answer.records.push_back(record_srv(question.raw_name, p.port, base));
        if (!answer.records.empty()) add_addresses(answer, base, kTypeAny, {});
        return;
    }
    for (const auto& endpoint : service.endpoints) {
        const auto target = endpoint_label(endpoint) + "." + base;
        for (const auto& p : endpoint.ports) {
            if (!fits(p)) continue;
            answer.records.push_back(record_srv(question.raw_name, p.port, target));
            answer.additional.push_back(record_a(target, endpoint.ip));
        }
    }
}

}  // namespace

Answer Zone::nothing(Code code) const {
    Answer answer;
    answer.code = code;
    answer.authority.push_back(record_soa(domain_));
    return answer;
}

std::optional<Answer> Zone::answer(const Question& question) const {
    const auto& name = question.name;
    if (name.ends_with(".in-addr.arpa") || name.ends_with(".ip6.arpa")) return reverse_answer(question);
    if (name == domain_) {
        Answer answer;
        if (wants(question.type, kTypeSoa)) answer.records.push_back(record_soa(domain_));
        if (wants(question.type, kTypeNs)) answer.records.push_back(record_name(question.raw_name, kTypeNs, "ns.dns." + domain_));
        return answer.records.empty() ? nothing(Code::NoError) : answer;
    }
    if (!name.ends_with("." + domain_)) return std::nullopt;
    auto labels = split(name.substr(0, name.size() - domain_.size() - 1), '.');
    if (labels.size() == 1 && labels[0] == "dns-version") {
        Answer answer;
        if (wants(question.type, kTypeTxt)) answer.records.push_back(record_txt(question.raw_name, kSpecVersion));
        return answer.records.empty() ? nothing(Code::NoError) : answer;
    }
    if (labels.back() == "svc") return service_answer(question, labels);
    if (labels.back() == "pod") return pod_answer(question, labels);
    return nothing(Code::NameError);
}

Answer Zone::service_answer(const Question& question, const std::vector<std::string>& labels) const {
    const size_t count = labels.size();
    if (count == 1) return nothing(Code::NoError);
    const auto& ns = labels[count - 2];
    if (count == 2) return nothing(directory_.has_namespace(ns) ? Code::NoError : Code::NameError);
    const auto& name = labels[count - 3];
    auto service = directory_.service(ns, name);
    if (!service || count > 5) return nothing(Code::NameError);
    const std::string base = name + "." + ns + ".svc." + domain_;
    Answer answer;
    if (!service->external_name.empty()) {
        if (count != 3) return nothing(Code::NameError);
        answer.records.push_back(record_name(question.raw_name, kTypeCname, service->external_name));
        return answer;
    }
    if (count == 3) {
        std::vector<std::string> ips = service->cluster_ips;
        if (ips.empty())
            for (const auto& endpoint : service->endpoints) ips.push_back(endpoint.ip);
        if (ips.empty()) return nothing(Code::NameError);
        add_addresses(answer, question.raw_name, question.type, ips);
        if (question.type == kTypeSrv) add_srv(answer, question, *service, base, "*", "*");
    } else if (count == 4) {
        std::vector<std::string> ips;
        for (const auto& endpoint : service->endpoints)
            if (lower(endpoint_label(endpoint)) == labels[0]) ips.push_back(endpoint.ip);
        if (ips.empty()) return nothing(Code::NameError);
        add_addresses(answer, question.raw_name, question.type, ips);
    } else {
        if (labels[0].size() < 2 || labels[1].size() < 2 || labels[0][0] != '_' || labels[1][0] != '_') return nothing(Code::NameError);
        add_srv(answer, question, *service, base, labels[0].substr(1), labels[1].substr(1));
        if (answer.records.empty()) return nothing(Code::NameError);
        if (!wants(question.type, kTypeSrv)) return nothing(Code::NoError);
    }
    return answer.records.empty() ? nothing(Code::NoError) : answer;
}

Answer Zone::pod_answer(const Question& question, const std::vector<std::string>& labels) const {
    if (labels.size() == 1) return nothing(Code::NoError);
    if (labels.size() == 2) return nothing(directory_.has_namespace(labels[0]) ? Code::NoError : Code::NameError);
    if (labels.size() != 3 || !directory_.has_namespace(labels[1])) return nothing(Code::NameError);
    auto ip = undash(labels[0]);
    if (ip.empty()) return nothing(Code::NameError);
    Answer answer;
    add_addresses(answer, question.raw_name, question.type, {ip});
    return answer.records.empty() ? nothing(Code::NoError) : answer;
}

std::optional<Answer> Zone::reverse_answer(const Question& question) const {
    auto name = directory_.name_of(reverse_ip(question.name));
    if (name.empty()) return std::nullopt;
    Answer answer;
    if (wants(question.type, kTypePtr)) answer.records.push_back(record_name(question.raw_name, kTypePtr, name + "." + domain_));
    return answer;
}

}  // namespace skiff::dns
