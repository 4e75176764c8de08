#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "agent/sys/nft.h"

namespace skiff::agent::sys {

static_assert(kReg0 == NFT_REG32_00 && kRegVerdict == NFT_REG_VERDICT);
static_assert(kFamilyInet == NFPROTO_INET && kFamilyIpv4 == NFPROTO_IPV4 && kFamilyIpv6 == NFPROTO_IPV6);
static_assert(kHookPrerouting == NF_INET_PRE_ROUTING && kHookInput == NF_INET_LOCAL_IN && kHookForward == NF_INET_FORWARD);
static_assert(kHookOutput == NF_INET_LOCAL_OUT && kHookPostrouting == NF_INET_POST_ROUTING);
static_assert(kMetaMark == NFT_META_MARK && kMetaProtocolFamily == NFT_META_NFPROTO && kMetaL4Protocol == NFT_META_L4PROTO);
static_assert(kCtStatus == NFT_CT_STATUS && kCtDirection == NFT_CT_DIRECTION && kCtState == NFT_CT_STATE);

namespace {

uint32_t be(uint32_t value) { return __builtin_bswap32(value); }

// Rule comments as nft writes them: user data TLV, type 0, zero-terminated.
constexpr uint8_t kUserdataComment = 0;

uint32_t compare_code(NftRule::Compare how) {
    switch (how) {
        case NftRule::Compare::Equal: return NFT_CMP_EQ;
        case NftRule::Compare::NotEqual: return NFT_CMP_NEQ;
        case NftRule::Compare::Less: return NFT_CMP_LT;
        case NftRule::Compare::Greater: return NFT_CMP_GT;
    }
    return NFT_CMP_EQ;
}

}  // namespace

NftKey& NftKey::bytes(std::string_view part) {
    bytes_ += part;
    while (bytes_.size() % 4) bytes_ += '\0';
    return *this;
}

NftKey& NftKey::u8(uint8_t value) { return bytes(std::string_view(reinterpret_cast<const char*>(&value), 1)); }

NftKey& NftKey::be16(uint16_t value) {
    const char wire[2] = {static_cast<char>(value >> 8), static_cast<char>(value)};
    return bytes(std::string_view(wire, 2));
}

NftKey& NftKey::host32(uint32_t value) { return bytes(std::string_view(reinterpret_cast<const char*>(&value), 4)); }

template <typename F>
NftRule& NftRule::expression(std::string_view name, F&& fill) {
    auto item = list_.begin(NFTA_LIST_ELEM | NLA_F_NESTED);
    list_.text(NFTA_EXPR_NAME, name);
    auto data = list_.begin(NFTA_EXPR_DATA | NLA_F_NESTED);
    fill(list_);
    list_.end(data);
    list_.end(item);
    return *this;
}

void NftRule::data(NetlinkMessage& m, uint16_t attribute, std::string_view bytes) {
    auto nested = m.begin(attribute | NLA_F_NESTED);
    m.attribute(NFTA_DATA_VALUE, bytes.data(), bytes.size());
    m.end(nested);
}

NftRule& NftRule::meta(uint32_t key, uint32_t reg) {
    return expression("meta", [&](NetlinkMessage& m) {
        m.u32(NFTA_META_DREG, be(reg));
        m.u32(NFTA_META_KEY, be(key));
    });
}

NftRule& NftRule::set_meta(uint32_t key, uint32_t reg) {
    return expression("meta", [&](NetlinkMessage& m) {
        m.u32(NFTA_META_KEY, be(key));
        m.u32(NFTA_META_SREG, be(reg));
    });
}

NftRule& NftRule::payload(Base base, uint32_t offset, uint32_t size, uint32_t reg) {
    return expression("payload", [&](NetlinkMessage& m) {
        m.u32(NFTA_PAYLOAD_DREG, be(reg));
        m.u32(NFTA_PAYLOAD_BASE, be(static_cast<uint32_t>(base)));
        m.u32(NFTA_PAYLOAD_OFFSET, be(offset));
        m.u32(NFTA_PAYLOAD_LEN, be(size));
    });
}

NftRule& NftRule::compare(uint32_t reg, Compare how, std::string_view bytes) {
    return expression("cmp", [&](NetlinkMessage& m) {
        m.u32(NFTA_CMP_SREG, be(reg));
        m.u32(NFTA_CMP_OP, be(compare_code(how)));
        data(m, NFTA_CMP_DATA, bytes);
    });
}

NftRule& NftRule::mask(uint32_t reg, std::string_view mask, std::string_view flip) {
    return expression("bitwise", [&](NetlinkMessage& m) {
        m.u32(NFTA_BITWISE_SREG, be(reg));
        m.u32(NFTA_BITWISE_DREG, be(reg));
        m.u32(NFTA_BITWISE_LEN, be(static_cast<uint32_t>(mask.size())));
        data(m, NFTA_BITWISE_MASK, mask);
        data(m, NFTA_BITWISE_XOR, flip);
    });
}

NftRule& NftRule::immediate(uint32_t reg, std::string_view bytes) {
    return expression("immediate", [&](NetlinkMessage& m) {
        m.u32(NFTA_IMMEDIATE_DREG, be(reg));
        data(m, NFTA_IMMEDIATE_DATA, bytes);
    });
}

NftRule& NftRule::verdict(NftVerdict verdict, std::string_view chain) {
    return expression("immediate", [&](NetlinkMessage& m) {
        m.u32(NFTA_IMMEDIATE_DREG, be(NFT_REG_VERDICT));
        auto outer = m.begin(NFTA_IMMEDIATE_DATA | NLA_F_NESTED);
        auto inner = m.begin(NFTA_DATA_VERDICT | NLA_F_NESTED);
        static constexpr int kCodes[] = {NF_ACCEPT, NF_DROP, NFT_RETURN, NFT_JUMP, NFT_GOTO};
        m.u32(NFTA_VERDICT_CODE, be(static_cast<uint32_t>(kCodes[static_cast<int>(verdict)])));
        if (!chain.empty()) m.text(NFTA_VERDICT_CHAIN, chain);
        m.end(inner);
        m.end(outer);
    });
}

NftRule& NftRule::lookup(std::string_view set, uint32_t key_reg, bool inverted) {
    return expression("lookup", [&](NetlinkMessage& m) {
        m.text(NFTA_LOOKUP_SET, set);
        m.u32(NFTA_LOOKUP_SREG, be(key_reg));
        if (inverted) m.u32(NFTA_LOOKUP_FLAGS, be(NFT_LOOKUP_F_INV));
    });
}

NftRule& NftRule::lookup_map(std::string_view map, uint32_t key_reg, uint32_t data_reg) {
    return expression("lookup", [&](NetlinkMessage& m) {
        m.text(NFTA_LOOKUP_SET, map);
        m.u32(NFTA_LOOKUP_SREG, be(key_reg));
        m.u32(NFTA_LOOKUP_DREG, be(data_reg));
    });
}

NftRule& NftRule::numgen_random(uint32_t modulus, uint32_t reg) {
    return expression("numgen", [&](NetlinkMessage& m) {
        m.u32(NFTA_NG_DREG, be(reg));
        m.u32(NFTA_NG_MODULUS, be(modulus));
        m.u32(NFTA_NG_TYPE, be(NFT_NG_RANDOM));
        m.u32(NFTA_NG_OFFSET, 0);
    });
}

NftRule& NftRule::hash_source(uint32_t source_reg, uint32_t size, uint32_t modulus, uint32_t reg) {
    return expression("hash", [&](NetlinkMessage& m) {
        m.u32(NFTA_HASH_SREG, be(source_reg));
        m.u32(NFTA_HASH_DREG, be(reg));
        m.u32(NFTA_HASH_LEN, be(size));
        m.u32(NFTA_HASH_MODULUS, be(modulus));
        m.u32(NFTA_HASH_OFFSET, 0);
        m.u32(NFTA_HASH_TYPE, be(NFT_HASH_JENKINS));
    });
}

NftRule& NftRule::fib_local(uint32_t reg) {
    return expression("fib", [&](NetlinkMessage& m) {
        m.u32(NFTA_FIB_DREG, be(reg));
        m.u32(NFTA_FIB_RESULT, be(NFT_FIB_RESULT_ADDRTYPE));
        m.u32(NFTA_FIB_FLAGS, be(NFTA_FIB_F_DADDR));
    });
}

NftRule& NftRule::ct(uint32_t key, uint32_t reg) {
    return expression("ct", [&](NetlinkMessage& m) {
        m.u32(NFTA_CT_DREG, be(reg));
        m.u32(NFTA_CT_KEY, be(key));
    });
}

NftRule& NftRule::update_map(std::string_view map, uint32_t key_reg, uint32_t data_reg, uint64_t timeout_ms) {
    return expression("dynset", [&](NetlinkMessage& m) {
        m.text(NFTA_DYNSET_SET_NAME, map);
        m.u32(NFTA_DYNSET_OP, be(NFT_DYNSET_OP_UPDATE));
        m.u32(NFTA_DYNSET_SREG_KEY, be(key_reg));
        if (data_reg) m.u32(NFTA_DYNSET_SREG_DATA, be(data_reg));
        if (timeout_ms) m.u64(NFTA_DYNSET_TIMEOUT, __builtin_bswap64(timeout_ms));
    });
}

NftRule& NftRule::destination_nat(uint8_t family, uint32_t address_reg, uint32_t port_reg) {
    return expression("nat", [&](NetlinkMessage& m) {
        m.u32(NFTA_NAT_TYPE, be(NFT_NAT_DNAT));
        m.u32(NFTA_NAT_FAMILY, be(family));
        m.u32(NFTA_NAT_REG_ADDR_MIN, be(address_reg));
        if (port_reg) m.u32(NFTA_NAT_REG_PROTO_MIN, be(port_reg));
    });
}

NftRule& NftRule::source_nat(uint8_t family, uint32_t address_reg) {
    return expression("nat", [&](NetlinkMessage& m) {
        m.u32(NFTA_NAT_TYPE, be(NFT_NAT_SNAT));
        m.u32(NFTA_NAT_FAMILY, be(family));
        m.u32(NFTA_NAT_REG_ADDR_MIN, be(address_reg));
    });
}

NftRule& NftRule::masquerade() {
    return expression("masq", [](NetlinkMessage&) {});
}

NftRule& NftRule::reject() {
    return expression("reject", [&](NetlinkMessage& m) {
        m.u32(NFTA_REJECT_TYPE, be(NFT_REJECT_ICMPX_UNREACH));
        m.u8(NFTA_REJECT_ICMP_CODE, NFT_REJECT_ICMPX_PORT_UNREACH);
    });
}

NftRule& NftRule::reject_tcp_reset() {
    return expression("reject", [&](NetlinkMessage& m) { m.u32(NFTA_REJECT_TYPE, be(NFT_REJECT_TCP_RST)); });
}

NftRule& NftRule::counter() {
    return expression("counter", [](NetlinkMessage&) {});
}

NftRule& NftRule::comment(std::string_view text) {
    std::string limited(text.substr(0, 100));
    comment_.clear();
    comment_ += static_cast<char>(kUserdataComment);
    comment_ += static_cast<char>(limited.size() + 1);
    comment_ += limited;
    comment_ += '\0';
    return *this;
}

NftRule& NftRule::interface_in(std::string_view name) {
    std::string padded(name);
    padded.resize(16);
    return meta(NFT_META_IIFNAME, NFT_REG_1).compare(NFT_REG_1, Compare::Equal, padded);
}

NftRule& NftRule::interface_out(std::string_view name) {
    std::string padded(name);
    padded.resize(16);
    return meta(NFT_META_OIFNAME, NFT_REG_1).compare(NFT_REG_1, Compare::Equal, padded);
}

NftRule& NftRule::protocol(uint8_t l4proto) {
    return meta(NFT_META_L4PROTO, kReg0).compare(kReg0, Compare::Equal, std::string_view(reinterpret_cast<const char*>(&l4proto), 1));
}

NftRule& NftRule::family(uint8_t nfproto) {
    return meta(NFT_META_NFPROTO, kReg0).compare(kReg0, Compare::Equal, std::string_view(reinterpret_cast<const char*>(&nfproto), 1));
}

}  // namespace skiff::agent::sys
