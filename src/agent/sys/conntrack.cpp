#include "agent/sys/conntrack.h"

#include <arpa/inet.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

namespace skiff::agent::sys {

namespace {

NetlinkMessage message_of(int type, uint16_t flags) {
    NetlinkMessage message(static_cast<uint16_t>((NFNL_SUBSYS_CTNETLINK << 8) | type), flags);
    auto& header = message.append<nfgenmsg>();
    header.nfgen_family = AF_INET;
    header.version = NFNETLINK_V0;
    return message;
}

uint16_t be16(std::string_view data) {
    return data.size() < 2 ? uint16_t{0} : static_cast<uint16_t>((static_cast<unsigned char>(data[0]) << 8) | static_cast<unsigned char>(data[1]));
}

struct Tuple {
    std::string source, destination;
    uint16_t source_port = 0, destination_port = 0;
    uint8_t protocol = 0;
};

Tuple parse_tuple(std::string_view nested) {
    Tuple tuple;
    for (const auto& part : parse_attributes(nested)) {
        for (const auto& a : parse_attributes(part.data)) {
            if (part.type == CTA_TUPLE_IP && a.type == CTA_IP_V4_SRC) tuple.source = std::string(a.data);
            if (part.type == CTA_TUPLE_IP && a.type == CTA_IP_V4_DST) tuple.destination = std::string(a.data);
            if (part.type != CTA_TUPLE_PROTO) continue;
            if (a.type == CTA_PROTO_NUM && !a.data.empty()) tuple.protocol = static_cast<uint8_t>(a.data[0]);
            if (a.type == CTA_PROTO_SRC_PORT) tuple.source_port = be16(a.data);
            if (a.type == CTA_PROTO_DST_PORT) tuple.destination_port = be16(a.data);
        }
    }
    return tuple;
}

}  // namespace

Status each_udp_flow(NetlinkSocket& netfilter, const std::function<void(const Flow&)>& flow) {
    auto message = message_of(IPCTNL_MSG_CT_GET, NLM_F_DUMP);
    return netfilter.dump(message, "list connections", [&](uint16_t, std::string_view payload) {
        if (payload.size() <= sizeof(nfgenmsg)) return;
        Tuple sent, answered;
        uint16_t zone = 0;
        for (const auto& a : parse_attributes(payload.substr(sizeof(nfgenmsg)))) {
            if (a.type == CTA_TUPLE_ORIG) sent = parse_tuple(a.data);
            if (a.type == CTA_TUPLE_REPLY) answered = parse_tuple(a.data);
            if (a.type == CTA_ZONE) zone = be16(a.data);
        }
        if (sent.protocol != IPPROTO_UDP || sent.destination.size() != 4) return;
        flow({sent.source, sent.destination, sent.source_port, sent.destination_port, answered.source, answered.source_port, zone});
    });
}

Status remove_udp_flow(NetlinkSocket& netfilter, const Flow& flow) {
    auto message = message_of(IPCTNL_MSG_CT_DELETE, 0);
    auto tuple = message.begin(CTA_TUPLE_ORIG | NLA_F_NESTED);
    auto ip = message.begin(CTA_TUPLE_IP | NLA_F_NESTED);
    message.attribute(CTA_IP_V4_SRC, flow.source.data(), flow.source.size());
    message.attribute(CTA_IP_V4_DST, flow.destination.data(), flow.destination.size());
    message.end(ip);
    auto protocol = message.begin(CTA_TUPLE_PROTO | NLA_F_NESTED);
    message.u8(CTA_PROTO_NUM, IPPROTO_UDP);
    message.u16(CTA_PROTO_SRC_PORT, htons(flow.source_port));
    message.u16(CTA_PROTO_DST_PORT, htons(flow.destination_port));
    message.end(protocol);
    message.end(tuple);
    if (flow.zone) message.u16(CTA_ZONE, htons(flow.zone));
    auto removed = netfilter.request(message, "remove connection");
    return removed.reason() == Reason::NotFound ? Status() : removed;
}

}  // namespace skiff::agent::sys
