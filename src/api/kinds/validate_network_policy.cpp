#include "api/kinds/check.h"
#include "api/kinds/validate_network.h"
#include "api/selector.h"

namespace skiff::api::kinds {

namespace {

using json::Value;

const FieldPath kSpec("spec");

void check_block(const Value& block, const FieldPath& path, FieldErrors& errors) {
    const std::string& cidr = block["cidr"].as_string();
    if (cidr.empty()) {
        errors.required(path.child("cidr"), "");
        return;
    }
    auto complaints = check_cidr(cidr);
    add_complaints(complaints, path.child("cidr"), cidr, errors);
    if (!complaints.empty()) return;
    const Value& except = block["except"];
    for (size_t i = 0; i < except.size(); ++i) {
        FieldPath at = path.child("except").index(i);
        const std::string& hole = except[i].as_string();
        auto wrong = check_cidr(hole);
        add_complaints(wrong, at, hole, errors);
        if (wrong.empty() && !is_strict_subnet(cidr, hole)) errors.invalid(at, hole, "must be a strict subset of `cidr`");
    }
}

void check_peers(const Value& peers, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < peers.size(); ++i) {
        const Value& peer = peers[i];
        FieldPath at = path.index(i);
        size_t given = 0;
        for (auto selector : {"podSelector", "namespaceSelector"}) {
            if (!peer[selector].is_object()) continue;
            ++given;
            validate_label_selector(peer[selector], at.child(selector), errors);
        }
        bool block = peer["ipBlock"].is_object();
        if (block) check_block(peer["ipBlock"], at.child("ipBlock"), errors);
        if (given == 0 && !block) errors.required(at, "must specify a peer");
        if (given > 0 && block) errors.forbidden(at, "may not specify both ipBlock and another peer");
    }
}

void check_ports(const Value& ports, const FieldPath& path, FieldErrors& errors) {
    for (size_t i = 0; i < ports.size(); ++i) {
        const Value &port = ports[i]["port"], &end = ports[i]["endPort"];
        FieldPath at = path.index(i);
        const Value& protocol = ports[i]["protocol"];
        if (!protocol.is_null() && protocol.as_string() != "TCP" && protocol.as_string() != "UDP" && protocol.as_string() != "SCTP")
            errors.not_supported(at.child("protocol"), protocol, {"TCP", "UDP", "SCTP"});
        if (port.is_string()) {
            if (!end.is_null()) errors.invalid(at.child("endPort"), end, "may not be specified when `port` is non-numeric");
            add_complaints(check_port_name(port.as_string()), at.child("port"), port.as_string(), errors);
        } else if (port.is_int()) {
            check_port(port, at.child("port"), errors);
            if (end.is_int() && end.as_int() < port.as_int()) errors.invalid(at.child("endPort"), port, "must be greater than or equal to `port`");
            else if (end.is_int()) check_port(end, at.child("endPort"), errors);
        } else if (!end.is_null()) {
            errors.invalid(at.child("endPort"), end, "may not be specified when `port` is not specified");
        }
    }
}

}  // namespace

void validate_network_policy(const Value& object, FieldErrors& errors) {
    const Value& spec = object["spec"];
    validate_label_selector(spec["podSelector"], kSpec.child("podSelector"), errors);
    for (auto [rules, side] : {std::pair("ingress", "from"), std::pair("egress", "to")})
        for (size_t i = 0; i < spec[rules].size(); ++i) {
            FieldPath path = kSpec.child(rules).index(i);
            check_ports(spec[rules][i]["ports"], path.child("ports"), errors);
            check_peers(spec[rules][i][side], path.child(side), errors);
        }
    const Value& types = spec["policyTypes"];
    if (types.size() > 2) {
        errors.invalid(kSpec.child("policyTypes"), types, "may not specify more than two policyTypes");
        return;
    }
    for (size_t i = 0; i < types.size(); ++i)
        if (types[i].as_string() != "Ingress" && types[i].as_string() != "Egress")
            errors.not_supported(kSpec.child("policyTypes").index(i), types[i], {"Ingress", "Egress"});
}

}  // namespace skiff::api::kinds
