#include "mgmt-ui/api/resources/resources.h"

// A page for people: the list of endpoints.

namespace coney::management {
namespace {

std::string escaped(std::string_view text) {
  std::string html;
  for (char c : text) {
    if (c == '<') {
      html += "&lt;";
    } else if (c == '>') {
      html += "&gt;";
    } else if (c == '&') {
      html += "&amp;";
    } else if (c == '"') {
      html += "&quot;";
    } else {
      html += c;
    }
  }
  return html;
}

Answer page(std::string_view title, const std::string& content) {
  std::string html = "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>";
  html.append(title).append("</title></head>\n<body>\n<h1>").append(title).append("</h1>\n");
  html.append(content).append("</body>\n</html>\n");
  return {.status = 200, .body = std::move(html), .content_type = "text/html"};
}

std::string path_of(const Route& route) {
  std::string path;
  for (std::string_view segment : route.pattern) path.append("/").append(segment);
  return path.empty() ? "/" : path;
}

Reply show_endpoints(Call&) {
  static const RouteTable kRoutes = all_routes();
  std::string rows = "<table>\n";
  for (const Route& route : kRoutes.all()) {
    rows += "<tr><td><code>" + escaped(path_of(route)) + "</code></td><td>" + route.allow() +
            "</td></tr>\n";
  }
  return page("HTTP API", rows + "</table>\n");
}

Operation html(Handler handler) {
  Operation operation = get(Need::kNothing, handler);
  operation.any_type = true;
  return operation;
}

}  // namespace

void add_pages(RouteTable& table) {
  table.add("/api/index.html", {html(show_endpoints)});
}

}  // namespace coney::management
