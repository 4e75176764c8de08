#include "server/apiserver/admission/match_conditions.h"

namespace skiff::apiserver {

std::shared_ptr<const MatchConditions> MatchConditions::compile(const json::Value&) { return nullptr; }

}  // namespace skiff::apiserver
