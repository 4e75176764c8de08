#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#include "agent/sys/nft.h"

namespace skiff::agent::sys {

namespace {

uint32_t be(uint32_t value) { return __builtin_bswap32(value); }
uint16_t nft_type(int type) { return static_cast<uint16_t>((NFNL_SUBSYS_NFTABLES << 8) | type); }

// Batch markers are addressed to the nfnetlink core with the subsystem as resource.
NetlinkMessage marker(uint16_t type) {
    NetlinkMessage message(type, 0);
    auto& header = message.append<nfgenmsg>();
    header.nfgen_family = AF_UNSPEC;
    header.version = NFNETLINK_V0;
    header.res_id = htons(NFNL_SUBSYS_NFTABLES);
    return message;
}

uint32_t verdict_code(NftVerdict verdict) {
    static constexpr int kCodes[] = {NF_ACCEPT, NF_DROP, NFT_RETURN, NFT_JUMP, NFT_GOTO};
    return be(static_cast<uint32_t>(kCodes[static_cast<int>(verdict)]));
}

void append_bytes(std::vector<char>& out, const std::vector<char>& more) { out.insert(out.end(), more.begin(), more.end()); }

}  // namespace

NetlinkMessage NftBatch::start(uint16_t type, uint16_t flags) {
    NetlinkMessage message(nft_type(type), flags);
    auto& header = message.append<nfgenmsg>();
    header.nfgen_family = family_;
    header.version = NFNETLINK_V0;
    return message;
}

void NftBatch::finish(NetlinkMessage message) {
    close_elements();
    ++messages_;
    last_at_ = bytes_.size();
    append_bytes(bytes_, message.finish());
}

void NftBatch::close_elements() {
    if (!elements_) return;
    NetlinkMessage message = std::move(*elements_);
    elements_.reset();
    message.end(elements_list_);
    finish(std::move(message));
}

void NftBatch::add_table() {
    auto message = start(NFT_MSG_NEWTABLE, NLM_F_CREATE);
    message.text(NFTA_TABLE_NAME, table_);
    finish(std::move(message));
}

void NftBatch::remove_table() {
    auto message = start(NFT_MSG_DELTABLE, 0);
    message.text(NFTA_TABLE_NAME, table_);
    finish(std::move(message));
}

void NftBatch::add_chain(std::string_view chain) {
    auto message = start(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    message.text(NFTA_CHAIN_TABLE, table_);
    message.text(NFTA_CHAIN_NAME, chain);
    finish(std::move(message));
}

void NftBatch::add_base_chain(std::string_view chain, const NftHook& hook) {
    auto message = start(NFT_MSG_NEWCHAIN, NLM_F_CREATE);
    message.text(NFTA_CHAIN_TABLE, table_);
    message.text(NFTA_CHAIN_NAME, chain);
    auto nested = message.begin(NFTA_CHAIN_HOOK | NLA_F_NESTED);
    message.u32(NFTA_HOOK_HOOKNUM, be(hook.hook));
    message.u32(NFTA_HOOK_PRIORITY, be(static_cast<uint32_t>(hook.priority)));
    message.end(nested);
    message.u32(NFTA_CHAIN_POLICY, be(hook.drop ? NF_DROP : NF_ACCEPT));
    message.text(NFTA_CHAIN_TYPE, hook.type);
    finish(std::move(message));
}

void NftBatch::flush_chain(std::string_view chain) {
    auto message = start(NFT_MSG_DELRULE, 0);
    message.text(NFTA_RULE_TABLE, table_);
    message.text(NFTA_RULE_CHAIN, chain);
    finish(std::move(message));
}

void NftBatch::remove_chain(std::string_view chain) {
    auto message = start(NFT_MSG_DELCHAIN, 0);
    message.text(NFTA_CHAIN_TABLE, table_);
    message.text(NFTA_CHAIN_NAME, chain);
    finish(std::move(message));
}

void NftBatch::add_set(const NftSet& set) {
    auto message = start(NFT_MSG_NEWSET, NLM_F_CREATE);
    message.text(NFTA_SET_TABLE, table_);
    message.text(NFTA_SET_NAME, set.name);
    uint32_t flags = 0;
    if (set.map) flags |= NFT_SET_MAP;
    if (set.interval) flags |= NFT_SET_INTERVAL;
    if (set.dynamic) flags |= NFT_SET_EVAL | NFT_SET_TIMEOUT;
    message.u32(NFTA_SET_FLAGS, be(flags));
    message.u32(NFTA_SET_KEY_TYPE, be(set.key_type));
    message.u32(NFTA_SET_KEY_LEN, be(set.key_size));
    if (set.map) {
        message.u32(NFTA_SET_DATA_TYPE, be(set.verdicts ? static_cast<uint32_t>(NFT_DATA_VERDICT) : set.data_type));
        if (!set.verdicts) message.u32(NFTA_SET_DATA_LEN, be(set.data_size));
    }
    message.u32(NFTA_SET_ID, be(++set_ids_));
    if (set.timeout_ms) message.u64(NFTA_SET_TIMEOUT, __builtin_bswap64(set.timeout_ms));
    if (set.size) {
        auto description = message.begin(NFTA_SET_DESC | NLA_F_NESTED);
        message.u32(NFTA_SET_DESC_SIZE, be(set.size));
        message.end(description);
    }
    finish(std::move(message));
}

void NftBatch::flush_set(std::string_view set) {
    auto message = start(NFT_MSG_DELSETELEM, 0);
    message.text(NFTA_SET_ELEM_LIST_TABLE, table_);
    message.text(NFTA_SET_ELEM_LIST_SET, set);
    finish(std::move(message));
}

void NftBatch::remove_set(std::string_view set) {
    auto message = start(NFT_MSG_DELSET, 0);
    message.text(NFTA_SET_TABLE, table_);
    message.text(NFTA_SET_NAME, set);
    finish(std::move(message));
}

void NftBatch::add_rule(std::string_view chain, NftRule rule) {
    auto message = start(NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
    message.text(NFTA_RULE_TABLE, table_);
    message.text(NFTA_RULE_CHAIN, chain);
    const auto& list = rule.list_.finish();
    message.attribute(NFTA_RULE_EXPRESSIONS | NLA_F_NESTED, list.data() + NLMSG_HDRLEN, list.size() - NLMSG_HDRLEN);
    if (!rule.comment_.empty()) message.attribute(NFTA_RULE_USERDATA, rule.comment_.data(), rule.comment_.size());
    finish(std::move(message));
}

NetlinkMessage& NftBatch::begin_element(uint16_t type, std::string_view set, std::string_view key) {
    // A nested attribute's length has sixteen bits.
    constexpr size_t kListBytesMax = 32 << 10;
    if (elements_ && (elements_type_ != type || elements_set_ != set || elements_->size() > kListBytesMax)) close_elements();
    if (!elements_) {
        elements_ = start(type, type == NFT_MSG_NEWSETELEM ? NLM_F_CREATE : 0);
        elements_type_ = type;
        elements_set_ = std::string(set);
        elements_->text(NFTA_SET_ELEM_LIST_TABLE, table_);
        elements_->text(NFTA_SET_ELEM_LIST_SET, set);
        elements_list_ = elements_->begin(NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);
    }
    elements_item_ = elements_->begin(NFTA_LIST_ELEM | NLA_F_NESTED);
    auto nested = elements_->begin(NFTA_SET_ELEM_KEY | NLA_F_NESTED);
    elements_->attribute(NFTA_DATA_VALUE, key.data(), key.size());
    elements_->end(nested);
    return *elements_;
}

void NftBatch::end_element() { elements_->end(elements_item_); }

void NftBatch::add_element(std::string_view set, std::string_view key, std::string_view data) {
    auto& message = begin_element(NFT_MSG_NEWSETELEM, set, key);
    if (!data.empty()) {
        auto nested = message.begin(NFTA_SET_ELEM_DATA | NLA_F_NESTED);
        message.attribute(NFTA_DATA_VALUE, data.data(), data.size());
        message.end(nested);
    }
    end_element();
}

void NftBatch::add_range(std::string_view set, std::string_view first, std::string_view behind) {
    auto& message = begin_element(NFT_MSG_NEWSETELEM, set, first);
    end_element();
    if (behind.empty()) return;
    elements_item_ = message.begin(NFTA_LIST_ELEM | NLA_F_NESTED);
    message.u32(NFTA_SET_ELEM_FLAGS, be(NFT_SET_ELEM_INTERVAL_END));
    auto nested = message.begin(NFTA_SET_ELEM_KEY | NLA_F_NESTED);
    message.attribute(NFTA_DATA_VALUE, behind.data(), behind.size());
    message.end(nested);
    end_element();
}

void NftBatch::add_verdict(std::string_view map, std::string_view key, NftVerdict verdict, std::string_view chain) {
    auto& message = begin_element(NFT_MSG_NEWSETELEM, map, key);
    auto outer = message.begin(NFTA_SET_ELEM_DATA | NLA_F_NESTED);
    auto inner = message.begin(NFTA_DATA_VERDICT | NLA_F_NESTED);
    message.u32(NFTA_VERDICT_CODE, verdict_code(verdict));
    if (!chain.empty()) message.text(NFTA_VERDICT_CHAIN, chain);
    message.end(inner);
    message.end(outer);
    end_element();
}

void NftBatch::remove_element(std::string_view set, std::string_view key) {
    begin_element(NFT_MSG_DELSETELEM, set, key);
    end_element();
}

Status NftBatch::commit(NetlinkSocket& socket, std::string_view what) {
    close_elements();
    if (!messages_) return {};
    // Errors are told for any message; an acknowledgement is asked of the last alone, or a large batch would drown in its answers.
    reinterpret_cast<nlmsghdr*>(bytes_.data() + last_at_)->nlmsg_flags |= NLM_F_ACK;
    auto begin = marker(NFNL_MSG_BATCH_BEGIN);
    const uint32_t base = socket.next_sequence();
    begin.header().nlmsg_seq = base;
    std::vector<char> all = begin.finish();
    for (size_t at = 0; at < bytes_.size();) {
        auto* header = reinterpret_cast<nlmsghdr*>(bytes_.data() + at);
        header->nlmsg_seq = socket.next_sequence();
        at += NLMSG_ALIGN(header->nlmsg_len);
    }
    append_bytes(all, bytes_);
    auto end = marker(NFNL_MSG_BATCH_END);
    end.header().nlmsg_seq = socket.next_sequence();
    append_bytes(all, end.finish());
    bytes_.clear();
    messages_ = 0;
    return socket.batch(all, base, what);
}

}  // namespace skiff::agent::sys
