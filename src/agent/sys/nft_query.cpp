#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "agent/sys/nft.h"

namespace skiff::agent::sys {

namespace {

uint32_t be(uint32_t value) { return __builtin_bswap32(value); }

NetlinkMessage query(int type, uint16_t flags, uint8_t family) {
    NetlinkMessage message(static_cast<uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | type), flags);
    auto& header = message.append<nfgenmsg>();
    header.nfgen_family = family;
    header.version = NFNETLINK_V0;
    return message;
}

std::string_view after_header(std::string_view payload) {
    return payload.size() > sizeof(nfgenmsg) ? payload.substr(sizeof(nfgenmsg)) : std::string_view();
}

// The value inside NFTA_SET_ELEM_KEY or _DATA.
std::string_view data_value(std::string_view nested) {
    for (const auto& a : parse_attributes(nested))
        if (a.type == NFTA_DATA_VALUE) return a.data;
    return {};
}

void visit_elements(std::string_view list, const std::function<void(std::string_view, std::string_view)>& element) {
    for (const auto& item : parse_attributes(list)) {
        std::string_view key, data;
        for (const auto& a : parse_attributes(item.data)) {
            if (a.type == NFTA_SET_ELEM_KEY) key = data_value(a.data);
            if (a.type == NFTA_SET_ELEM_DATA) data = data_value(a.data);
        }
        element(key, data);
    }
}

}  // namespace

Result<NftTableState> nft_table_state(NetlinkSocket& socket, uint8_t family, std::string_view table) {
    auto message = query(NFT_MSG_GETTABLE, 0, family);
    message.text(NFTA_TABLE_NAME, table);
    NftTableState state;
    TRY(socket.dump(message, fmt::format("look up nftables table {}", table), [&](uint16_t, std::string_view payload) {
        for (const auto& a : parse_attributes(after_header(payload))) {
            if (a.type == NFTA_TABLE_USE) state.chains = be(a.u32());
            if (a.type == NFTA_TABLE_HANDLE && a.data.size() >= 8) {
                uint64_t raw = 0;
                std::memcpy(&raw, a.data.data(), 8);
                state.handle = __builtin_bswap64(raw);
            }
        }
    }));
    return state;
}

Status nft_elements(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view set,
                    const std::function<void(std::string_view key, std::string_view data)>& element) {
    auto message = query(NFT_MSG_GETSETELEM, NLM_F_DUMP, family);
    message.text(NFTA_SET_ELEM_LIST_TABLE, table);
    message.text(NFTA_SET_ELEM_LIST_SET, set);
    return socket.dump(message, fmt::format("list elements of {}", set), [&](uint16_t, std::string_view payload) {
        for (const auto& a : parse_attributes(after_header(payload)))
            if (a.type == NFTA_SET_ELEM_LIST_ELEMENTS) visit_elements(a.data, element);
    });
}

Result<size_t> nft_element_count(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view set) {
    size_t count = 0;
    TRY(nft_elements(socket, family, table, set, [&](std::string_view, std::string_view) { ++count; }));
    return count;
}

Result<size_t> nft_rule_count(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view chain_prefix) {
    auto message = query(NFT_MSG_GETRULE, NLM_F_DUMP, family);
    message.text(NFTA_RULE_TABLE, table);
    size_t count = 0;
    TRY(socket.dump(message, fmt::format("count rules of {}", table), [&](uint16_t type, std::string_view payload) {
        if ((type & 0xff) != NFT_MSG_NEWRULE) return;
        for (const auto& a : parse_attributes(after_header(payload)))
            if (a.type == NFTA_RULE_CHAIN && a.text().starts_with(chain_prefix)) ++count;
    }));
    return count;
}

Result<NftMonitor> NftMonitor::open() {
    NftMonitor monitor;
    monitor.fd_.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_NETFILTER));
    if (!monitor.fd_) return errno_status("open nftables monitor", errno);
    sockaddr_nl address{};
    address.nl_family = AF_NETLINK;
    address.nl_groups = 1u << (NFNLGRP_NFTABLES - 1);
    if (::bind(monitor.fd_.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) < 0) return errno_status("bind nftables monitor", errno);
    return monitor;
}

bool NftMonitor::drain(std::string_view table) {
    bool deleted = false;
    char buffer[16384];
    for (;;) {
        ssize_t n = ::recv(fd_.get(), buffer, sizeof buffer, 0);
        if (n < 0 && errno == EINTR) continue;
        if (n < 0) return deleted || errno == ENOBUFS;
        std::string_view bytes(buffer, static_cast<size_t>(n));
        while (bytes.size() >= NLMSG_HDRLEN) {
            nlmsghdr header{};
            std::memcpy(&header, bytes.data(), sizeof header);
            if (header.nlmsg_len < NLMSG_HDRLEN || header.nlmsg_len > bytes.size()) break;
            auto payload = after_header(bytes.substr(NLMSG_HDRLEN, header.nlmsg_len - NLMSG_HDRLEN));
            const int type = header.nlmsg_type & 0xff;
            // In all four the table's name is attribute 1.
            static_assert(NFTA_TABLE_NAME == 1 && NFTA_CHAIN_TABLE == 1 && NFTA_RULE_TABLE == 1 && NFTA_SET_TABLE == 1);
            if (type == NFT_MSG_DELTABLE || type == NFT_MSG_DELCHAIN || type == NFT_MSG_DELRULE || type == NFT_MSG_DELSET)
                for (const auto& a : parse_attributes(payload))
                    if (a.type == 1 && a.text() == table) deleted = true;
            bytes.remove_prefix(std::min<size_t>(NLMSG_ALIGN(header.nlmsg_len), bytes.size()));
        }
    }
}

}  // namespace skiff::agent::sys
