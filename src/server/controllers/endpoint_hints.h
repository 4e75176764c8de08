// Topology hints of endpoints: which zone or node each is meant for (spec.trafficDistribution, or the annotation
// service.kubernetes.io/topology-mode: Auto, which shares the endpoints out by the CPU of each zone). Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "api/object.h"
#include "json/value.h"

namespace skiff::controllers {

enum class HintMode { None, SameZone, SameNode, Auto };
HintMode hint_mode(const json::Value& service);

// The share of all ready nodes' CPU that stands in each zone. Empty where hints cannot be had: a node without zone or CPU, or a single zone.
using ZoneShares = std::map<std::string, double>;
ZoneShares zone_shares(const std::vector<api::ObjectPtr>& nodes);

// Sets hints of the endpoints of one address family. previous: uid of the target -> zone that it was hinted for, kept where the balance
// still holds. "", or why mode Auto gives none.
std::string add_hints(HintMode mode, std::map<std::string, json::Value*>& endpoints, const std::map<std::string, std::string>& previous, const ZoneShares& shares);

}  // namespace skiff::controllers
