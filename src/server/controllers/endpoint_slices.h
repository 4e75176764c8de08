// How endpoints are packed into EndpointSlices: at most 100 each, those that are right stay where they are, changed ones are changed in
// place, new ones fill what has room. Pure; the shell is endpoint_slice.cpp.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "server/controllers/endpoint_hints.h"
#include "server/controllers/service_endpoints.h"

namespace skiff::controllers {

struct SlicePlan {
    std::vector<json::Value> create, update;      // whole objects
    std::vector<std::string> remove;              // names
    bool hinted = false;                          // mode Auto gave hints
    std::string no_hints;                         // why it gave none; "" nothing to say
    bool empty() const { return create.empty() && update.empty() && remove.empty(); }
};

struct SliceInputs {
    const json::Value& service;
    const ServiceFacts& facts;
    json::Value owner_reference;
    const std::vector<PodEndpoint>& endpoints;
    std::vector<json::Value> existing;            // the Service's slices that this controller made
    std::function<std::string(const std::string& node)> zone_of;     // "" unknown
    std::string trigger_time;                     // RFC 3339, for the annotation of changed slices; "" none
    ZoneShares shares;                            // for mode Auto
};
SlicePlan plan_slices(const SliceInputs& inputs);

}  // namespace skiff::controllers
