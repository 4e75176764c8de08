#include "embedded/dns/upstream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstring>

#include "base/file.h"
#include "base/strings.h"

namespace skiff::dns {

namespace {

constexpr size_t kResolversMax = 3;   // resolv.conf(5) MAXNS
constexpr uint16_t kPort = 53;

std::string cache_key(const Question& question) { return question.name + "/" + std::to_string(question.type); }

}  // namespace

std::optional<SocketAddress> SocketAddress::parse(std::string_view text, uint16_t default_port) {
    std::string host(text);
    uint16_t port = default_port;
    if (host.starts_with('[')) {
        auto close = host.find(']');
        if (close == std::string::npos) return std::nullopt;
        if (close + 2 < host.size()) port = static_cast<uint16_t>(parse_int(host.substr(close + 2)).value_or(default_port));
        host = host.substr(1, close - 1);
    } else if (std::count(host.begin(), host.end(), ':') == 1) {
        port = static_cast<uint16_t>(parse_int(host.substr(host.find(':') + 1)).value_or(default_port));
        host = host.substr(0, host.find(':'));
    }
    SocketAddress address;
    auto* four = reinterpret_cast<sockaddr_in*>(&address.storage);
    auto* six = reinterpret_cast<sockaddr_in6*>(&address.storage);
    if (::inet_pton(AF_INET, host.c_str(), &four->sin_addr) == 1) {
        four->sin_family = AF_INET;
        four->sin_port = htons(port);
        address.size = sizeof *four;
    } else if (::inet_pton(AF_INET6, host.c_str(), &six->sin6_addr) == 1) {
        six->sin6_family = AF_INET6;
        six->sin6_port = htons(port);
        address.size = sizeof *six;
    } else {
        return std::nullopt;
    }
    return address;
}

std::string SocketAddress::ip() const {
    char text[INET6_ADDRSTRLEN] = {};
    if (family() == AF_INET) ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in*>(&storage)->sin_addr, text, sizeof text);
    if (family() == AF_INET6) ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6*>(&storage)->sin6_addr, text, sizeof text);
    return text;
}

Resolvers::Resolvers(std::string resolv_conf, std::vector<std::string> fixed, std::vector<std::string> own)
    : path_(std::move(resolv_conf)), fixed_(!fixed.empty()), own_(std::move(own)) {
    for (const auto& text : fixed)
        if (auto address = SocketAddress::parse(text, kPort)) list_.push_back(*address);
}

const std::vector<SocketAddress>& Resolvers::current(Clock& clock) {
    const auto now = clock.elapsed();
    if (fixed_ || (looked_at_ >= Duration::zero() && now - looked_at_ < std::chrono::seconds(1))) return list_;
    looked_at_ = now;
    struct stat info{};
    if (::stat(path_.c_str(), &info) < 0) {
        list_.clear();
        return list_;
    }
    if (info.st_mtim.tv_sec == changed_.tv_sec && info.st_mtim.tv_nsec == changed_.tv_nsec) return list_;
    changed_ = info.st_mtim;
    list_.clear();
    auto text = file::read(path_, 65536);
    if (!text.ok()) return list_;
    for (auto line : split_views(*text, '\n')) {
        auto words = split(replace_all(std::string(trim(line)), "\t", " "), ' ');
        std::erase(words, "");
        if (words.size() < 2 || words[0] != "nameserver" || list_.size() >= kResolversMax) continue;
        auto address = SocketAddress::parse(words[1], kPort);
        if (address && std::find(own_.begin(), own_.end(), address->ip()) == own_.end()) list_.push_back(*address);
    }
    return list_;
}

const std::string* AnswerCache::find(const Question& question, Duration now) {
    auto it = index_.find(cache_key(question));
    if (it == index_.end()) return nullptr;
    if (it->second->expires <= now) {
        order_.erase(it->second);
        index_.erase(it);
        return nullptr;
    }
    order_.splice(order_.end(), order_, it->second);
    return &it->second->packet;
}

void AnswerCache::put(const Question& question, std::string packet, Duration expires) {
    auto key = cache_key(question);
    if (auto it = index_.find(key); it != index_.end()) {
        order_.erase(it->second);
        index_.erase(it);
    }
    order_.push_back({key, std::move(packet), expires});
    index_[key] = std::prev(order_.end());
    while (order_.size() > entries_max_) {
        index_.erase(order_.front().key);
        order_.pop_front();
    }
}

}  // namespace skiff::dns
