// Nobody gives away rights that they do not hold: the check behind every write of a Role, ClusterRole or binding, as an admission plugin.
// A role may hold only rules that its writer has (or the writer has verb "escalate" on it); a binding may name only a role whose rules
// its writer has (or the writer has verb "bind" on that role). Any thread.
#pragma once

#include <memory>

#include "server/apiserver/admission/plugin.h"
#include "server/apiserver/authz/rbac.h"

namespace skiff::apiserver {

std::unique_ptr<AdmissionPlugin> make_rbac_escalation_check(std::shared_ptr<const Rbac> rbac, std::shared_ptr<const Authorizer> authorizer);

// Forbidden-text "user "x" (groups=[...]) is attempting to grant RBAC permissions not currently held: ..." when user lacks some of wanted
// in ns; "" otherwise.
std::string find_escalation(const Rbac& rbac, const User& user, std::string_view ns, const PolicyRules& wanted);

}  // namespace skiff::apiserver
