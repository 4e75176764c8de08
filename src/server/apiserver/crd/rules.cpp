#include "server/apiserver/crd/rules.h"

namespace skiff::apiserver {

void add_rules(api::KindInfo&, const json::Value&) {}

}  // namespace skiff::apiserver
