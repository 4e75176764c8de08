// NftBatch and NftRule: one nf_tables transaction spoken directly over netlink (linux/netfilter/nf_tables.h). All or nothing: commit() sends
// everything in one batch. Byte strings are in network order; registers are the 32-bit ones (kReg0 ...), so that a concatenated key is
// consecutive registers of four bytes. Values of one thread. Tests read the result back with nft.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agent/sys/netlink_socket.h"
#include "base/status.h"

namespace skiff::agent::sys {

constexpr uint32_t kReg0 = 8;                           // NFT_REG32_00; kReg0 + n is the n-th
constexpr uint32_t kRegVerdict = 0;

// Kernel constants by our names, so that rule builders need no kernel header (nft_rule.cpp proves that they are equal).
constexpr uint8_t kFamilyInet = 1, kFamilyIpv4 = 2, kFamilyIpv6 = 10;                                    // NFPROTO_*
constexpr uint32_t kHookPrerouting = 0, kHookInput = 1, kHookForward = 2, kHookOutput = 3, kHookPostrouting = 4;   // NF_INET_*
constexpr uint32_t kMetaMark = 3, kMetaProtocolFamily = 15, kMetaL4Protocol = 16;                        // NFT_META_*
constexpr uint32_t kCtStatus = 2, kCtDirection = 1, kCtState = 0;                                         // NFT_CT_*
constexpr uint8_t kTcp = 6, kUdp = 17, kSctp = 132;                                                       // IPPROTO_*
constexpr uint32_t kRouteLocal = 2;                                                                       // RTN_LOCAL, what fib_local() yields

// Key and data bytes: pads each part to four bytes, as concatenations need.
class NftKey {
public:
    NftKey& bytes(std::string_view part);
    NftKey& u8(uint8_t value);
    NftKey& be16(uint16_t value);
    NftKey& host32(uint32_t value);                     // e.g. what numgen yields
    const std::string& text() const { return bytes_; }

private:
    std::string bytes_;
};

enum class NftVerdict { Accept, Drop, Return, Jump, Goto };

// The expressions of one rule, in order.
class NftRule {
public:
    enum class Base { Link, Network, Transport };
    enum class Compare { Equal, NotEqual, Less, Greater };
    NftRule& meta(uint32_t key, uint32_t reg);                                     // NFT_META_*
    NftRule& set_meta(uint32_t key, uint32_t reg);
    NftRule& payload(Base base, uint32_t offset, uint32_t size, uint32_t reg);
    NftRule& compare(uint32_t reg, Compare how, std::string_view bytes);
    NftRule& mask(uint32_t reg, std::string_view mask, std::string_view flip);    // reg = (reg & mask) ^ flip
    NftRule& immediate(uint32_t reg, std::string_view bytes);
    NftRule& verdict(NftVerdict verdict, std::string_view chain = {});
    NftRule& lookup(std::string_view set, uint32_t key_reg, bool inverted = false);         // stops the rule when absent
    NftRule& lookup_map(std::string_view map, uint32_t key_reg, uint32_t data_reg);        // kRegVerdict for a verdict map
    NftRule& numgen_random(uint32_t modulus, uint32_t reg);
    NftRule& hash_source(uint32_t source_reg, uint32_t size, uint32_t modulus, uint32_t reg);   // jhash
    NftRule& fib_local(uint32_t reg);                                              // route type of the destination address (RTN_LOCAL is 2)
    NftRule& ct(uint32_t key, uint32_t reg);                                       // NFT_CT_*
    NftRule& update_map(std::string_view map, uint32_t key_reg, uint32_t data_reg, uint64_t timeout_ms);   // dynset
    // family NFPROTO_IPV4/6; 0 port register: only the address.
    NftRule& destination_nat(uint8_t family, uint32_t address_reg, uint32_t port_reg);
    NftRule& source_nat(uint8_t family, uint32_t address_reg);
    NftRule& masquerade();
    NftRule& reject();                                                             // TCP reset or ICMP port unreachable: add the match before
    NftRule& reject_tcp_reset();
    NftRule& counter();
    NftRule& comment(std::string_view text);                                       // shown by nft list

    // Shorthands that occur in every ruleset.
    NftRule& interface_in(std::string_view name);                                  // iifname
    NftRule& interface_out(std::string_view name);
    NftRule& protocol(uint8_t l4proto);
    NftRule& family(uint8_t nfproto);

private:
    friend class NftBatch;
    size_t begin(NetlinkMessage& message, std::string_view name);
    void data(NetlinkMessage& message, uint16_t attribute, std::string_view bytes);
    template <typename F>
    NftRule& expression(std::string_view name, F&& fill);
    NetlinkMessage list_{0, 0};                        // the nested expressions, header unused
    std::string comment_;
};

struct NftHook {
    std::string type;                                   // filter, nat, route
    uint32_t hook = 0;                                  // NF_INET_*
    int32_t priority = 0;
    bool drop = false;                                  // policy
};

struct NftSet {
    std::string name;
    uint32_t key_type = 0, key_size = 0;                // nft's numeric types, concatenated by six bits; only for listing
    bool map = false, verdicts = false;
    uint32_t data_type = 0, data_size = 0;
    bool dynamic = false;                               // updated from rules, elements time out
    bool interval = false;
    uint64_t timeout_ms = 0;
    uint32_t size = 0;
};

class NftBatch {
public:
    // family: NFPROTO_INET (1), NFPROTO_IPV4 (2), NFPROTO_IPV6 (10)
    NftBatch(uint8_t family, std::string table) : family_(family), table_(std::move(table)) {}
    void add_table();
    void remove_table();                                // fails the batch when it is missing: add_table() first
    void add_chain(std::string_view chain);
    void add_base_chain(std::string_view chain, const NftHook& hook);
    void flush_chain(std::string_view chain);
    void remove_chain(std::string_view chain);
    void add_set(const NftSet& set);
    void flush_set(std::string_view set);
    void remove_set(std::string_view set);
    void add_rule(std::string_view chain, NftRule rule);
    void add_element(std::string_view set, std::string_view key, std::string_view data = {});
    // Of an interval set: from first up to, not including, behind (empty: up to the end).
    void add_range(std::string_view set, std::string_view first, std::string_view behind);
    void add_verdict(std::string_view map, std::string_view key, NftVerdict verdict, std::string_view chain = {});
    void remove_element(std::string_view set, std::string_view key);
    bool empty() const { return messages_ == 0 && !elements_; }
    Status commit(NetlinkSocket& socket, std::string_view what);

private:
    NetlinkMessage start(uint16_t type, uint16_t flags);
    void finish(NetlinkMessage message);
    // Elements that follow each other for one set share a message. The item stays open for its data; end_element() closes it.
    NetlinkMessage& begin_element(uint16_t type, std::string_view set, std::string_view key);
    void end_element();
    void close_elements();
    uint8_t family_;
    std::string table_;
    std::vector<char> bytes_;
    uint32_t messages_ = 0, set_ids_ = 0;
    size_t last_at_ = 0;                                // where the last message starts in bytes_
    std::optional<NetlinkMessage> elements_;
    uint16_t elements_type_ = 0;
    std::string elements_set_;
    size_t elements_list_ = 0, elements_item_ = 0;
};

// Numeric data types of nft for NftSet::key_type (include/datatype.h of nftables; only listings depend on them).
constexpr uint32_t kNftInteger = 4, kNftIpv4 = 7, kNftIpv6 = 8, kNftInetProto = 12, kNftInetService = 13, kNftMark = 19;
constexpr uint32_t nft_concat(uint32_t a, uint32_t b) { return (a << 6) | b; }

// How many rules, sets and elements the table holds (NotFound when there is no such table): for repair checks.
struct NftTableState {
    uint32_t chains = 0;
    uint64_t handle = 0;                               // of the table: changes when it was made anew
};
Result<NftTableState> nft_table_state(NetlinkSocket& socket, uint8_t family, std::string_view table);
// Each element's key and data (empty for a verdict or none).
Status nft_elements(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view set,
                    const std::function<void(std::string_view key, std::string_view data)>& element);
Result<size_t> nft_element_count(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view set);
// Rules in the table's chains whose names start with chain_prefix.
Result<size_t> nft_rule_count(NetlinkSocket& socket, uint8_t family, std::string_view table, std::string_view chain_prefix = {});

// Hears of every change of nftables in this network namespace, ours included. Non-blocking: poll fd(), then call drain().
class NftMonitor {
public:
    static Result<NftMonitor> open();
    int fd() const { return fd_.get(); }
    // Reads what is there. True when something was deleted from the named table (or events were lost).
    bool drain(std::string_view table);

private:
    Fd fd_;
};

}  // namespace skiff::agent::sys
