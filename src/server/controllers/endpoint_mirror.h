// EndpointSlice mirroring: EndpointSlices for the Endpoints that somebody writes by hand for a Service without a selector.
#pragma once

#include <memory>
#include <vector>

#include "json/value.h"
#include "reconcile/controller.h"

namespace skiff::controllers {

std::unique_ptr<reconcile::Controller> make_endpoint_mirror_controller();

// The slices that mirror an Endpoints object, without names: one for each set of ports and address family. Pure.
std::vector<json::Value> mirrored_slices(const json::Value& endpoints, const json::Value& owner_reference);

}  // namespace skiff::controllers
