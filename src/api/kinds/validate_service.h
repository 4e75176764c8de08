// Validation of Services and of what stands behind them. Pure; any thread.
#pragma once

#include "api/validation.h"

namespace skiff::api::kinds {

void validate_service(const json::Value& object, FieldErrors& errors);
// What is looked at before addresses are given out: clusterIP and clusterIPs, ipFamilies and ipFamilyPolicy of a service that has them.
void validate_service_addresses(const json::Value& spec, FieldErrors& errors);
void validate_service_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
// validate_endpoints.cpp
void validate_endpoints(const json::Value& object, FieldErrors& errors);
void validate_endpoint_slice(const json::Value& object, FieldErrors& errors);
void validate_endpoint_slice_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_service_status_update(const json::Value& object, const json::Value& old, FieldErrors& errors);
void validate_ip_address(const json::Value& object, FieldErrors& errors);
void validate_service_cidr(const json::Value& object, FieldErrors& errors);
void validate_service_cidr_update(const json::Value& object, const json::Value& old, FieldErrors& errors);

}  // namespace skiff::api::kinds
