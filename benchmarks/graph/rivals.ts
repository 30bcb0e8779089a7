/** elkjs or dagre for the places and @xyflow/react for the picture, in the steps that are measured. */
// @ts-nocheck: the rivals are installed only while the benchmark runs.
import dagre from '@dagrejs/dagre';
import { ReactFlow, ReactFlowProvider, useNodesState } from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import ELK from 'elkjs/lib/elk.bundled.js';
import { createElement, useEffect } from 'react';
import { createRoot } from 'react-dom/client';

import { randomDag } from '../../extensions/graph/test/random_dags.ts';

const SIZE = { width: 160, height: 46 };
let dag;
let places;
let flow;
let setNodes;

async function elk() {
  const graph = {
    id: 'dag',
    layoutOptions: { 'elk.algorithm': 'layered', 'elk.direction': 'RIGHT' },
    children: dag.tasks.map(task => ({ id: task.task_id, ...SIZE })),
    edges: dag.edges.map((edge, i) => ({
      id: `e${i}`,
      sources: [edge.upstream],
      targets: [edge.downstream]
    }))
  };
  const { children } = await new ELK().layout(graph);
  places = new Map(children.map(({ id, x, y }) => [id, { x, y }]));
}

function layered(ranker) {
  const graph = new dagre.graphlib.Graph();
  graph.setGraph({ rankdir: 'LR', ranker });
  graph.setDefaultEdgeLabel(() => ({}));
  dag.tasks.forEach(task => graph.setNode(task.task_id, { ...SIZE }));
  dag.edges.forEach(edge => graph.setEdge(edge.upstream, edge.downstream));
  dagre.layout(graph);
  places = new Map(graph.nodes().map(id => [id, graph.node(id)]));
}

function Flow() {
  const [nodes, set, onNodesChange] = useNodesState(
    dag.tasks.map(task => ({
      id: task.task_id,
      position: places.get(task.task_id),
      data: { label: task.label },
      sourcePosition: 'right',
      targetPosition: 'left',
      ...SIZE
    }))
  );
  useEffect(() => {
    setNodes = set;
  }, [set]);
  return createElement(ReactFlow, {
    nodes,
    onNodesChange,
    edges: dag.edges.map((edge, i) => ({
      id: `e${i}`,
      source: edge.upstream,
      target: edge.downstream
    })),
    fitView: true,
    minZoom: 0.01,
    onlyRenderVisibleElements: window.onlyVisible,
    onInit: made => (flow = made)
  });
}

window.bench = {
  prepare(tasks) {
    dag = randomDag(tasks);
  },
  layout: which =>
    which === 'elk'
      ? elk()
      : which === 'dagre'
        ? layered('tight-tree')
        : (places = new Map(
            dag.tasks.map((task, i) => [
              task.task_id,
              { x: Math.floor(i / 57) * 250, y: (i % 57) * 62 }
            ])
          )),
  model() {},
  mount() {
    const root = createRoot(document.querySelector('main'));
    root.render(createElement(ReactFlowProvider, {}, createElement(Flow)));
  },
  zoomIn() {
    const { x, y } = places.get(
      dag.tasks[Math.floor(dag.tasks.length / 2)].task_id
    );
    flow.setViewport({ x: 600 - x, y: 400 - y, zoom: 1 });
  },
  pan(step) {
    const { x, y, zoom } = flow.getViewport();
    flow.setViewport({ x: x - step, y, zoom });
  },
  states: () =>
    setNodes(nodes =>
      nodes.map((node, i) =>
        i % 10 ? node : { ...node, style: { borderLeftColor: '#0b7d69' } }
      )
    ),
  fit: () => flow.fitView()
};
