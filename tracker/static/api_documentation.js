// Draws the API's schema. Requests tried from the page are made as the person signed in.
"use strict";

document.addEventListener("DOMContentLoaded", () => {
  const place = document.getElementById("api-documentation");
  const cookie = document.cookie.split("; ").find((entry) => entry.startsWith("csrftoken="));
  window.SwaggerUIBundle({
    url: place.dataset.schema,
    domNode: place,
    deepLinking: true,
    defaultModelsExpandDepth: 0,
    docExpansion: "list",
    validatorUrl: null,
    requestInterceptor: (request) => {
      if (cookie) {
        request.headers["X-CSRFToken"] = cookie.split("=")[1];
      }
      return request;
    },
  });
});
