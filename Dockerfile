# syntax=docker/dockerfile:1
# The worker and the command line. Temporal's core needs glibc: no Alpine.
FROM node:24-bookworm-slim AS build
WORKDIR /norikae
COPY package.json package-lock.json ./
RUN npm install --no-save --omit=dev --no-audit --no-fund --loglevel=error
COPY . .
# The workflow code is bundled once, here, by the SDK version that runs it.
RUN node scripts/bundle.mjs dist/workflows.js

FROM node:24-bookworm-slim
RUN apt-get update && apt-get install --yes --no-install-recommends tini ca-certificates && rm -rf /var/lib/apt/lists/*
WORKDIR /norikae
COPY --from=build /norikae/node_modules node_modules
COPY --from=build /norikae/dist dist
COPY norikae package.json LICENSE ./
COPY scripts scripts
COPY src src
COPY schema schema
COPY deploy deploy
COPY examples examples
ENV NODE_ENV=production \
    NORIKAE_WORKFLOW_BUNDLE=/norikae/dist/workflows.js \
    NORIKAE_PLATFORMS=/platforms
USER node
EXPOSE 8081 9464
ENTRYPOINT ["tini", "--"]
CMD ["node", "src/worker.ts"]
