#include "mgmt-ui/api/assets/asset_answer.h"
#include "mgmt-ui/api/resources/resources.h"

// The dashboard's files. Where in it a user is stands behind the # of the address, so that there is
// one page alone.

namespace coney::management {
namespace {

constexpr std::string_view kMissing =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta "
    "charset=\"utf-8\"><title>Coney</title></head>\n"
    "<body>\n<h1>Coney</h1>\n<p>The dashboard is not part of this program: it was built without "
    "Node.js. The <a href=\"api/index.html\">HTTP API</a> is there.</p>\n</body>\n</html>\n";

// The page's own addresses are relative: below a path prefix it needs the slash at its end.
bool lacks_slash(const Call& call) {
  return call.request.path.empty() && !std::string_view(call.request.target)
                                           .substr(0, call.request.target.find('?'))
                                           .ends_with('/');
}

Reply show_page(Call& call) {
  if (lacks_slash(call)) {
    Answer answer = empty_answer(301);
    answer.headers.emplace_back("location", call.config().management.path_prefix + "/");
    return answer;
  }
  const Asset* page = find_asset(embedded_assets(), "index.html");
  if (page) return asset_answer(call.request, *page);
  return Answer{.body = std::string(kMissing), .content_type = "text/html"};
}

Reply show_asset(Call& call) {
  const Asset* asset = find_asset(embedded_assets(), "assets/" + call.name("file"));
  return asset ? asset_answer(call.request, *asset) : no_such_object();
}

Operation of_any_type(Handler handler) {
  Operation operation = get(Need::kNothing, handler);
  operation.any_type = true;
  return operation;
}

}  // namespace

void add_dashboard(RouteTable& table) {
  table.add("", {of_any_type(show_page)});
  table.add("/index.html", {of_any_type(show_page)});
  table.add("/assets/{file}", {of_any_type(show_asset)});
}

}  // namespace coney::management
