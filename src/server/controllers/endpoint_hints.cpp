#include "server/controllers/endpoint_hints.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "api/quantity.h"
#include "server/controllers/conditions.h"

namespace skiff::controllers {

namespace {

constexpr double kOverloadMax = 0.2;      // no endpoint gets more than this beyond its share
constexpr const char* kZoneLabel = "topology.kubernetes.io/zone";

bool ready(const json::Value& endpoint) { return endpoint["conditions"]["ready"].as_bool(); }

json::Value names(const std::string& name) { return json::Value::array({json::Value::object({{"name", name}})}); }

void hint_near(json::Value& endpoint, bool nodes) {
    if (!ready(endpoint)) return;
    const std::string zone = std::as_const(endpoint)["zone"].as_string(), node = std::as_const(endpoint)["nodeName"].as_string();
    auto hints = json::Value::object();
    if (!zone.empty()) hints.set("forZones", names(zone));
    if (nodes && !node.empty()) hints.set("forNodes", names(node));
    if (hints.size() != 0) endpoint.set("hints", std::move(hints));
}

struct Allocation {
    int64_t minimum = 0, maximum = 0;
    double desired = 0;
};
using Allocations = std::map<std::string, Allocation>;

std::string allocate(const ZoneShares& shares, int64_t endpoints, Allocations& out) {
    if (shares.empty()) return "Insufficient Node information: allocatable CPU or zone not specified on one or more nodes";
    const auto zones = static_cast<int64_t>(shares.size());
    if (zones > endpoints) return fmt::format("Insufficient number of endpoints ({} endpoints, {} zones)", endpoints, zones);
    int64_t least = 0;
    for (const auto& [zone, share] : shares) {
        const double desired = share * static_cast<double>(endpoints);
        const auto minimum = static_cast<int64_t>(std::ceil(desired / (1 + kOverloadMax)));
        out[zone] = {minimum, 0, std::max(desired, static_cast<double>(minimum))};
        least += minimum;
    }
    if (least > endpoints)
        return fmt::format("Unable to allocate minimum required endpoints to each zone without exceeding overload threshold ({} endpoints, {} zones)", endpoints, zones);
    for (auto& [zone, allocation] : out) allocation.maximum = allocation.minimum + endpoints - least;
    return {};
}

// Whole endpoints that zones with too many give to zones with too few, largest differences first.
void exchange(const Allocations& allocations, const std::map<std::string, int64_t>& have, std::map<std::string, int64_t>& give, std::map<std::string, int64_t>& take) {
    std::map<std::string, double> over, under;
    for (const auto& [zone, allocation] : allocations) {
        auto found = have.find(zone);
        const double difference = (found == have.end() ? 0.0 : static_cast<double>(found->second)) - allocation.desired;
        if (difference > 0) over[zone] = difference;
        else if (difference < 0) under[zone] = -difference;
    }
    auto by_size = [](const auto& a, const auto& b) { return a.second < b.second; };
    while (!over.empty() && !under.empty()) {
        auto most = std::max_element(over.begin(), over.end(), by_size), least = std::max_element(under.begin(), under.end(), by_size);
        if ((most->second < 1 && least->second < 1) || most->second < 0.5 || least->second < 0.5) return;
        ++give[most->first];
        ++take[least->first];
        most->second -= 1;
        least->second -= 1;
    }
}

// uid -> zone: everyone's own zone, then what zones with too many give away.
std::map<std::string, std::string> share_out(const std::map<std::string, json::Value*>& endpoints, const Allocations& allocations) {
    std::map<std::string, std::string> hints;
    std::map<std::string, int64_t> have, give, take;
    for (const auto& [uid, endpoint] : endpoints)
        if (ready(*endpoint)) ++have[hints[uid] = std::as_const(*endpoint)["zone"].as_string()];
    // A zone without nodes that count gives all it has.
    for (const auto& [zone, count] : have)
        if (!allocations.count(zone)) give[zone] = count;
    exchange(allocations, have, give, take);
    for (auto& [uid, zone] : hints) {
        auto giver = give.find(zone);
        if (giver == give.end() || giver->second == 0) continue;
        auto taker = std::find_if(take.begin(), take.end(), [](const auto& entry) { return entry.second > 0; });
        const std::string to = taker != take.end() ? taker->first : allocations.count(zone) ? std::string() : allocations.begin()->first;
        if (to.empty()) continue;
        --giver->second;
        if (taker != take.end()) --taker->second;
        zone = to;
    }
    return hints;
}

bool balanced(const std::map<std::string, std::string>& hints, const Allocations& allocations) {
    std::map<std::string, int64_t> have;
    for (const auto& [uid, zone] : hints) ++have[zone];
    for (const auto& [zone, count] : have)
        if (!allocations.count(zone)) return false;
    return std::all_of(allocations.begin(), allocations.end(), [&](const auto& entry) {
        const int64_t count = have.count(entry.first) ? have[entry.first] : 0;
        return count >= entry.second.minimum && count <= entry.second.maximum;
    });
}

std::string hint_by_shares(std::map<std::string, json::Value*>& endpoints, const std::map<std::string, std::string>& previous, const ZoneShares& shares) {
    int64_t count = 0;
    for (const auto& [uid, endpoint] : endpoints) {
        if (!ready(*endpoint)) continue;
        ++count;
        if (std::as_const(*endpoint)["zone"].as_string().empty()) return "One or more endpoints do not have a zone specified";
    }
    Allocations allocations;
    if (std::string why = allocate(shares, count, allocations); !why.empty()) return why;
    std::map<std::string, std::string> kept;
    for (const auto& [uid, endpoint] : endpoints) {
        if (!ready(*endpoint)) continue;
        auto before = previous.find(uid);
        kept[uid] = before == previous.end() ? std::as_const(*endpoint)["zone"].as_string() : before->second;
    }
    const auto hints = balanced(kept, allocations) ? kept : share_out(endpoints, allocations);
    for (const auto& [uid, zone] : hints) endpoints[uid]->set("hints", json::Value::object({{"forZones", names(zone)}}));
    return {};
}

}  // namespace

HintMode hint_mode(const json::Value& service) {
    const auto& annotations = service["metadata"]["annotations"];
    for (auto key : {"service.kubernetes.io/topology-aware-hints", "service.kubernetes.io/topology-mode"})
        if (const auto& value = annotations[key]; !value.is_null()) {
            if (value.as_string() == "Auto" || value.as_string() == "auto") return HintMode::Auto;
            break;
        }
    const auto& distribution = service["spec"]["trafficDistribution"].as_string();
    if (distribution == "PreferClose" || distribution == "PreferSameZone") return HintMode::SameZone;
    return distribution == "PreferSameNode" ? HintMode::SameNode : HintMode::None;
}

ZoneShares zone_shares(const std::vector<api::ObjectPtr>& nodes) {
    ZoneShares shares;
    double total = 0;
    for (const auto& node : nodes) {
        const auto& meta = node->meta();
        if (meta.find_label("node-role.kubernetes.io/control-plane") || meta.find_label("node-role.kubernetes.io/master")) continue;
        const auto tree = node->tree();
        if (!condition_true((*tree)["status"], "Ready")) continue;
        const auto cpu = static_cast<double>(api::Quantity::parse_or_zero((*tree)["status"]["allocatable"]["cpu"].as_string()).milli_value());
        const auto& zone = meta.label(kZoneLabel);
        if (zone.empty() || cpu <= 0) return {};
        shares[zone] += cpu;
        total += cpu;
    }
    if (shares.size() < 2) return {};
    for (auto& [zone, share] : shares) share /= total;
    return shares;
}

std::string add_hints(HintMode mode, std::map<std::string, json::Value*>& endpoints, const std::map<std::string, std::string>& previous, const ZoneShares& shares) {
    if (mode == HintMode::Auto) return hint_by_shares(endpoints, previous, shares);
    if (mode != HintMode::None)
        for (auto& [uid, endpoint] : endpoints) hint_near(*endpoint, mode == HintMode::SameNode);
    return {};
}

}  // namespace skiff::controllers
