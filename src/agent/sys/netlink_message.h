// NetlinkMessage: one netlink request under construction: header, payload, nested attributes. A value of one thread.
#pragma once

#include <linux/netlink.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace skiff::agent::sys {

class NetlinkMessage {
public:
    NetlinkMessage(uint16_t type, uint16_t flags) : bytes_(NLMSG_HDRLEN) {
        header().nlmsg_type = type;
        header().nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
    }

    template <typename T>
    T& append() {
        size_t at = grow(sizeof(T));
        return *reinterpret_cast<T*>(bytes_.data() + at);
    }
    void attribute(uint16_t type, const void* data, size_t size) {
        size_t at = grow(NLA_HDRLEN + size);
        auto* nla = reinterpret_cast<nlattr*>(bytes_.data() + at);
        nla->nla_type = type;
        nla->nla_len = static_cast<uint16_t>(NLA_HDRLEN + size);
        if (size) std::memcpy(bytes_.data() + at + NLA_HDRLEN, data, size);
    }
    void text(uint16_t type, std::string_view value) { attribute(type, std::string(value).c_str(), value.size() + 1); }
    void u8(uint16_t type, uint8_t value) { attribute(type, &value, sizeof value); }
    void u16(uint16_t type, uint16_t value) { attribute(type, &value, sizeof value); }
    void u32(uint16_t type, uint32_t value) { attribute(type, &value, sizeof value); }
    void u64(uint16_t type, uint64_t value) { attribute(type, &value, sizeof value); }
    // begin() opens a nested attribute, end(its result) closes it.
    size_t begin(uint16_t type) {
        size_t at = bytes_.size();
        attribute(type, nullptr, 0);
        return at;
    }
    void end(size_t at) { reinterpret_cast<nlattr*>(bytes_.data() + at)->nla_len = static_cast<uint16_t>(bytes_.size() - at); }

    size_t size() const { return bytes_.size(); }
    nlmsghdr& header() { return *reinterpret_cast<nlmsghdr*>(bytes_.data()); }
    // Sets the length and returns all bytes.
    const std::vector<char>& finish() {
        header().nlmsg_len = static_cast<uint32_t>(bytes_.size());
        return bytes_;
    }

private:
    size_t grow(size_t size) {
        size_t at = bytes_.size();
        bytes_.resize(at + NLMSG_ALIGN(size));
        return at;
    }
    std::vector<char> bytes_;
};

// Attributes of a received message, by type; the last of a kind wins.
struct NetlinkAttribute {
    uint16_t type = 0;
    std::string_view data;
    uint32_t u32() const {
        uint32_t value = 0;
        if (data.size() >= 4) std::memcpy(&value, data.data(), 4);
        return value;
    }
    std::string text() const { return std::string(data.substr(0, data.find('\0'))); }
};
inline std::vector<NetlinkAttribute> parse_attributes(std::string_view bytes) {
    std::vector<NetlinkAttribute> all;
    while (bytes.size() >= NLA_HDRLEN) {
        nlattr nla{};
        std::memcpy(&nla, bytes.data(), sizeof nla);
        if (nla.nla_len < NLA_HDRLEN || nla.nla_len > bytes.size()) break;
        all.push_back({static_cast<uint16_t>(nla.nla_type & NLA_TYPE_MASK), bytes.substr(NLA_HDRLEN, nla.nla_len - NLA_HDRLEN)});
        bytes.remove_prefix(std::min<size_t>(NLA_ALIGN(nla.nla_len), bytes.size()));
    }
    return all;
}

}  // namespace skiff::agent::sys
