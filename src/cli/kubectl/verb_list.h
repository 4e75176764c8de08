// The function of each verb; verbs.cpp has the table. A verb's file defines one or a few of them.
#pragma once

#include "cli/kubectl/verb.h"

namespace skiff::cli::kubectl {

Status get(Call& call);
Status apply(Call& call);
Status create_files(Call& call);
Status replace(Call& call);
Status remove(Call& call);
Status logs(Call& call);
Status exec(Call& call);
Status attach(Call& call);
Status describe(Call& call);

}  // namespace skiff::cli::kubectl
